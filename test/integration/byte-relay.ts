/** Stands between a client and a server, hands everything over, and counts it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';

export interface ByteRelay {
  readonly port: number;
  /** As the client has them, over all connections. */
  readonly bytes: { received: number; sent: number };
  /** The server is gone from all connections at once; others may follow. What the client still writes is counted. */
  cut(): void;
  close(): Promise<void>;
}

export async function startByteRelay(serverPort: number): Promise<ByteRelay> {
  const bytes = { received: 0, sent: 0 };
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    for (const [from, to, direction, sockets] of [
      [client, server, 'sent', clients],
      [server, client, 'received', servers],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.end();
      });
      from.on('data', (chunk: Buffer) => {
        bytes[direction] += chunk.length;
        to.write(chunk);
      });
    }
  });
  const port = await listenAt(listener);
  const cut = (): void => {
    for (const socket of servers) socket.destroy();
  };
  return {
    port,
    bytes,
    cut,
    close: async () => {
      for (const socket of [...clients, ...servers]) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
