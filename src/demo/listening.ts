/** Ports on loopback: one that nobody listens on, listening at one, and a server that has begun to answer at one. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import type { Guarded } from './guard.js';

const START_TIMEOUT_MS = 20_000;
const START_POLL_MS = 15;

/**
 * Below those that systems hand out by themselves (Linux from 32768, others from 49152, RFC 6335 §6): a connection, or a
 * server that asked for any port, would sometimes take one that we found free before the server meant for it does.
 */
const FIRST_PORT = 20_000;
const BEHIND_LAST_PORT = 32_768;
const PORT_TRIES = 100;

/** Somebody who chooses as we do may take it before we do. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const server = createServer();
    try {
      const port = await listenAt(server, randomInt(FIRST_PORT, BEHIND_LAST_PORT));
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  throw new Error(`No free port from ${FIRST_PORT} to ${BEHIND_LAST_PORT - 1}.`);
}

function isTaken(error: unknown): boolean {
  // EACCES: some systems keep ranges for themselves.
  return error instanceof Error && 'code' in error && ['EADDRINUSE', 'EACCES'].includes(String(error.code));
}

/** A server of node:net, or one that is built on it. */
interface Listener {
  listen(port: number, host: string): Server;
}

/** Answers at which port of loopback it listens; 0 stands for any. Fails if it cannot. */
export async function listenAt(server: Listener, port = 0): Promise<number> {
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('A server that listens has no port.');
  return address.port;
}

/** Settles when the server greets; fails if it ends, or says nothing for too long. */
export async function greeted(port: number, server: Guarded): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const gone = server.ended.then(() => 'gone');
  while (!(await greets(port, '* OK'))) {
    if (Date.now() > deadline) throw new Error('It does not answer.');
    const pause = new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
    if ((await Promise.race([gone, pause])) === 'gone') throw new Error('It ended.');
  }
}

/** Whether a server answers there with a line that begins so. */
export function greets(port: number, greeting: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (good: boolean): void => {
      resolve(good);
      socket.destroy();
    };
    socket.setTimeout(START_TIMEOUT_MS, () => answer(false));
    socket.once('data', (chunk) => answer(chunk.toString('latin1').startsWith(greeting)));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
