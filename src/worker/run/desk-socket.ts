/**
 * A socket of a running worker, one for each desk, open for as long as it runs, whoever has the lock. Whoever connects
 * is told in one line of JSON how the worker is, and may say `wake` in a line: there is work, or something was mended.
 *
 * The name comes from the account and the desk's address. On Linux it is in the abstract namespace (unix(7)), which
 * knows no permissions: any program of this machine may connect, so there is nothing in the answer that others may not
 * know, and how often a `wake` ends a pause is bounded. Elsewhere it is a socket file for this user alone.
 */
import { createHash } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, accountKey } from '../../config/account.js';
import { waitMs } from './timers.js';
import { readWorkerState, type WorkerState } from './worker-state.js';

/** What of a desk's configuration names its socket. */
export interface DeskAtAccount {
  readonly address: string;
  readonly imap: Account;
}

export interface SocketOptions {
  /** The folder of a socket file; null for an abstract name. The default depends on the system. */
  readonly folder?: string | null;
}

export interface Listening extends SocketOptions {
  readonly state: () => WorkerState;
  /** Somebody says that there is work. */
  readonly onWake: () => void;
  readonly signal: AbortSignal;
}

const DEFAULT_FOLDER = process.platform === 'linux' ? null : tmpdir();
/** Abstract names are padded to the full length, as those of the lock are. */
const ABSTRACT_NAME_BYTES = 108;
const MAX_GUESTS = 20;
const GUEST_MS = 5000;
const ANSWER_MS = 2000;
const MAX_ANSWER_CHARS = 16_384;
const MAX_WORD_CHARS = 16;
/** Another worker of this machine has the desk's socket: it may go. */
const TRY_AGAIN_MS = 30_000;
const WAKE = 'wake';
const WOKEN = '{"woken":true}';

function socketName({ address, imap }: DeskAtAccount, { folder = DEFAULT_FOLDER }: SocketOptions): string {
  const key = `${accountKey(imap)} ${address.toLowerCase()}`;
  const digest = createHash('sha256').update(key).digest('hex');
  // Paths of sockets have little room (104 bytes on macOS, whose temporary folders have long names).
  if (folder !== null) return join(folder, `imapdesk-desk-${digest.slice(0, 16)}.sock`);
  return `\0imapdesk-desk-${digest}`.padEnd(ABSTRACT_NAME_BYTES, '-');
}

/** Answers on the desk's socket until the signal is aborted; waits for its turn where another worker has the socket. */
export async function answerOnSocket(desk: DeskAtAccount, options: Listening): Promise<void> {
  const { signal } = options;
  const name = socketName(desk, options);
  while (!signal.aborted) {
    const stop = await open(name, options);
    if (stop !== null) {
      await aborted(signal);
      await stop();
    } else await waitMs(TRY_AGAIN_MS, signal).catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((fulfil) => {
    signal.addEventListener('abort', () => fulfil(), { once: true });
  });
}

/** null if somebody listens there. Throws where no socket can be made. */
async function open(name: string, options: Listening): Promise<(() => Promise<void>) | null> {
  if (name.startsWith('\0')) {
    const server = await listen(name, options);
    return server === null ? null : () => close(server);
  }
  if ((await ask(name)) !== 'nobody') return null;
  // A file that a dead worker has left is replaced in one step, and nobody else can reach ours before.
  const own = `${name}.${process.pid}`;
  await rm(own, { force: true });
  const server = await listen(own, options);
  if (server === null) return null;
  await chmod(own, 0o600);
  await rename(own, name);
  return async () => {
    await close(server);
    await rm(name, { force: true });
  };
}

interface OpenServer {
  readonly server: Server;
  readonly guests: ReadonlySet<Socket>;
}

function listen(name: string, options: Listening): Promise<OpenServer | null> {
  const guests = new Set<Socket>();
  const server = createServer((socket) => {
    guests.add(socket);
    socket.on('close', () => guests.delete(socket));
    receive(socket, options);
  });
  server.maxConnections = MAX_GUESTS;
  return new Promise((fulfil, reject) => {
    // It stays for later errors as well: a guest that cannot be accepted must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') fulfil(null);
      else reject(error);
    });
    server.listen({ path: name }, () => {
      server.unref();
      fulfil({ server, guests });
    });
  });
}

/** Tells the state, hears one short word, and ends. */
function receive(socket: Socket, { state, onWake }: Listening): void {
  let heard = '';
  socket.unref();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  const limit = setTimeout(() => socket.destroy(), GUEST_MS).unref();
  socket.on('close', () => clearTimeout(limit));
  socket.on('data', (said: string) => {
    heard += said.slice(0, MAX_WORD_CHARS);
    if (!heard.includes('\n') && heard.length < MAX_WORD_CHARS) return;
    socket.removeAllListeners('data').resume();
    if (heard.split('\n', 1)[0] !== WAKE) {
      socket.destroy();
      return;
    }
    onWake();
    socket.end(`${WOKEN}\n`);
  });
  socket.write(`${JSON.stringify(state())}\n`);
}

function close({ server, guests }: OpenServer): Promise<void> {
  return new Promise((fulfil) => {
    server.close(() => fulfil());
    for (const guest of guests) guest.destroy();
  });
}

/** How the worker on this desk is; null if none runs on this machine, or it says nothing that can be read. */
export async function askWorker(
  desk: DeskAtAccount,
  options: SocketOptions = {},
): Promise<WorkerState | null> {
  const answer = await ask(socketName(desk, options));
  return answer === 'nobody' ? null : readWorkerState(answer.state);
}

/** Wakes the worker on this desk; answers whether one has heard it. Never rejects. */
export async function wakeWorker(desk: DeskAtAccount, options: SocketOptions = {}): Promise<boolean> {
  const answer = await ask(socketName(desk, options), WAKE);
  return answer !== 'nobody' && answer.woken;
}

interface Answer {
  readonly state: unknown;
  readonly woken: boolean;
}

/** Connects, reads a line, and where there is a word to say, says it and reads another. */
function ask(name: string, word: string | null = null): Promise<Answer | 'nobody'> {
  return new Promise((fulfil) => {
    const socket = connect({ path: name });
    let heard = '';
    const done = (nobody: boolean): void => {
      clearTimeout(limit);
      socket.destroy();
      const [first = '', second = ''] = heard.split('\n');
      fulfil(nobody ? 'nobody' : { state: parsed(first), woken: second === WOKEN });
    };
    const limit = setTimeout(() => done(false), ANSWER_MS);
    socket.setEncoding('utf8');
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      done(code === 'ECONNREFUSED' || code === 'ENOENT'),
    );
    socket.on('end', () => done(false));
    socket.on('data', (said: string) => {
      const lines = heard.split('\n').length;
      heard += said.slice(0, MAX_ANSWER_CHARS);
      const now = heard.split('\n').length;
      if (heard.length > MAX_ANSWER_CHARS || now > (word === null ? 1 : 2)) done(false);
      else if (word !== null && lines === 1 && now > 1) socket.write(`${word}\n`);
    });
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
