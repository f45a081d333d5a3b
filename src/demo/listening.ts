/** A port that nobody listens on, and a server on it that has begun to answer. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Guarded } from './guard.js';

const START_TIMEOUT_MS = 20_000;
const START_POLL_MS = 15;

/** Somebody else may take it before we do. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

/** Settles when the server greets; fails if it ends, or says nothing for too long. */
export async function greeted(port: number, server: Guarded): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const gone = server.ended.then(() => 'gone');
  while (!(await greets(port))) {
    if (Date.now() > deadline) throw new Error('It does not answer.');
    const pause = new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
    if ((await Promise.race([gone, pause])) === 'gone') throw new Error('It ended.');
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (good: boolean): void => {
      resolve(good);
      socket.destroy();
    };
    socket.setTimeout(START_TIMEOUT_MS, () => answer(false));
    socket.once('data', (chunk) => answer(chunk.toString('latin1').startsWith('* OK')));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
