/**
 * Within a network namespace: what a host of a fleet connects to on its loopback is passed on through its one link.
 * Arguments: the address at the other end of the link, then the ports, the same here and there.
 */
import { connect, createServer } from 'node:net';

const [, , far, ...ports] = process.argv;
for (const port of ports) {
  createServer((near) => {
    const on = connect(Number(port), far);
    near.pipe(on).pipe(near);
    for (const socket of [near, on]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        on.destroy();
      });
    }
  }).listen(Number(port), '127.0.0.1');
}
