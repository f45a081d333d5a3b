/**
 * Sockets by which programs of one machine meet. On Linux a name is in the abstract namespace (unix(7)), which belongs to the
 * network namespace and knows no permissions; elsewhere it is a socket file. The kernel lets only one process listen under a
 * name, and takes an abstract name back when that process ends, however it ends.
 */
import { createHash } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SocketOptions {
  /** The folder of a socket file; null for an abstract name. The default depends on the system. */
  readonly folder?: string | null | undefined;
}

export interface OpenSocket {
  /** Its guests are shown out. */
  close(): Promise<void>;
}

/** What was heard of who listens, and how it ended: `ended` by the other side, `cut` by an error, the time or `isEnough`. */
export interface Heard {
  readonly text: string;
  readonly how: 'nobody' | 'ended' | 'cut';
}

const DEFAULT_FOLDER = process.platform === 'linux' ? null : tmpdir();
/** Abstract names are padded to the full length: some runtimes pass the name alone, others the whole field. */
const ABSTRACT_NAME_BYTES = 108;
const ANSWER_MS = 2000;
const MAX_WORD_CHARS = 16;

/** By what only those know who are to meet there. A path has little room: of its digest as many characters as are told. */
export function socketName(
  about: string,
  { folder = DEFAULT_FOLDER }: SocketOptions,
  names: { readonly abstract: string; readonly file: string; readonly chars: number },
): string {
  const digest = createHash('sha256').update(about).digest('hex');
  if (folder !== null) return join(folder, `${names.file}-${digest.slice(0, names.chars)}.sock`);
  return `\0${names.abstract}-${digest}`.padEnd(ABSTRACT_NAME_BYTES, '-');
}

/** null if the name is taken. */
export function listen(
  name: string,
  maxGuests: number,
  receive: (socket: Socket) => void,
): Promise<OpenSocket | null> {
  const guests = new Set<Socket>();
  const server = createServer((socket) => {
    guests.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => guests.delete(socket));
    socket.unref();
    receive(socket);
  });
  server.maxConnections = maxGuests;
  const close = (): Promise<void> =>
    new Promise((fulfil) => {
      server.close(() => fulfil());
      for (const guest of guests) guest.destroy();
    });
  return new Promise((fulfil, reject) => {
    // It stays for later errors as well: a guest that cannot be accepted must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') fulfil(null);
      else reject(error);
    });
    server.listen({ path: name }, () => {
      server.unref();
      fulfil({ close });
    });
  });
}

/** The same under a name that may be a file which a dead program has left. Throws where no socket can be made. */
export async function listenAlone(
  name: string,
  maxGuests: number,
  receive: (socket: Socket) => void,
): Promise<OpenSocket | null> {
  if (name.startsWith('\0')) return listen(name, maxGuests, receive);
  if ((await hear(name, () => true)).how !== 'nobody') return null;
  // Such a file is replaced in one step, and nobody else can reach ours before.
  const own = `${name}.${process.pid}`;
  await rm(own, { force: true });
  const socket = await listen(own, maxGuests, receive);
  if (socket === null) return null;
  await chmod(own, 0o600);
  await rename(own, name);
  return {
    close: async () => {
      await socket.close();
      await rm(name, { force: true });
    },
  };
}

export interface Greeting {
  /** What every guest is told, as a line of JSON. */
  readonly greeting: unknown;
  /** A guest who says another word than this is shown out. */
  readonly word: string;
  /** A guest has this long; one that may stay gets no limit after its word. */
  readonly withinMs: number;
  readonly heard: (mayStay: () => void) => void;
}

/** Tells a guest one line, and hears one short word. */
export function greet(guest: Socket, { greeting, word, withinMs, heard }: Greeting): void {
  let text = '';
  guest.setEncoding('utf8');
  const limit = setTimeout(() => guest.destroy(), withinMs).unref();
  guest.on('close', () => clearTimeout(limit));
  guest.on('data', (said: string) => {
    text += said.slice(0, MAX_WORD_CHARS);
    if (!text.includes('\n') && text.length < MAX_WORD_CHARS) return;
    guest.removeAllListeners('data').resume();
    if (text.split('\n', 1)[0] === word) heard(() => clearTimeout(limit));
    else guest.destroy();
  });
  guest.write(`${JSON.stringify(greeting)}\n`);
}

export interface Asking {
  /** Said after the first line; null for nothing. */
  readonly word: string | null;
  readonly maxChars: number;
  readonly withinMs?: number;
}

/** Hears the greeting of who listens, and where there is a word to say, says it and hears a second line. */
export async function hearLines(
  name: string,
  { word, maxChars, withinMs }: Asking,
): Promise<readonly string[] | 'nobody'> {
  let hasSaid = false;
  const isEnough = (text: string, socket: Socket): boolean => {
    const lines = text.split('\n').length - 1;
    if (text.length > maxChars || lines >= (word === null ? 1 : 2)) return true;
    if (lines === 1 && !hasSaid) socket.write(`${word}\n`);
    hasSaid ||= lines === 1;
    return false;
  };
  const { text, how } = await hear(name, isEnough, withinMs);
  return how === 'nobody' ? how : text.split('\n');
}

/** Connects, and hears until `isEnough` says so, which may answer as well. */
export function hear(
  name: string,
  isEnough: (text: string, socket: Socket) => boolean,
  withinMs: number = ANSWER_MS,
): Promise<Heard> {
  return new Promise((fulfil) => {
    const socket = connect({ path: name });
    let text = '';
    const done = (how: Heard['how']): void => {
      clearTimeout(limit);
      socket.destroy();
      fulfil({ text, how });
    };
    const limit = setTimeout(() => done('cut'), withinMs);
    socket.setEncoding('utf8');
    // Only these two say that nobody listens; who is overloaded refuses in other ways.
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      done(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'nobody' : 'cut'),
    );
    socket.on('end', () => done('ended'));
    socket.on('data', (said: string) => {
      text += said;
      if (isEnough(text, socket)) done('cut');
    });
  });
}
