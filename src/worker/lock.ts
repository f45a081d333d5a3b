/**
 * One pass at a time on an account, for all programs on this machine.
 *
 * The lock is a listening socket whose name comes from the account. The kernel lets only one process listen under a
 * name, and takes the name back when that process ends, however it ends; so there is no stale lock to judge. Whoever
 * connects is told who holds it, and sees the connection close when it is free again. On Linux the name is in the
 * abstract namespace (unix(7)), which belongs to the network namespace: containers with networks of their own do not
 * see one another's locks. Elsewhere it is a socket file in the temporary folder, and one that nobody listens on is
 * put aside. Where the lock is not seen, the register's arbitration still holds; the lock spares it the work.
 */
import { createHash, randomBytes } from 'node:crypto';
import { link, rename, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, accountKey } from '../config/account.js';
import { waitMs } from './timers.js';

export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface HeldLock {
  readonly held: true;
  /** Frees the account; those who wait for it are woken. */
  release(): Promise<void>;
}

export interface RefusedLock {
  readonly held: false;
  /** null if the holder did not say. */
  readonly by: LockHolder | null;
}

export interface LockOptions {
  /** What this program is doing, for those who find the lock held. */
  readonly command: string;
  /** A socket file instead of an abstract name; the default depends on the system. */
  readonly asFile?: boolean;
}

export interface WaitOptions extends LockOptions {
  readonly signal: AbortSignal;
  /** Told once, when there is somebody to wait for. */
  readonly onWait?: (by: LockHolder | null) => void;
  readonly random?: () => number;
}

const PROBE_TIMEOUT_MS = 2000;
const MAX_ANSWER_CHARS = 1000;
/** Beyond it, those who wait are turned away and ask again. */
const MAX_WAITING = 100;
/** Those who waited for one holder do not all try in the same instant. */
const MAX_JITTER_MS = 250;
/** Abstract names are padded to the full length: some runtimes pass the name alone, others the whole field. */
const ABSTRACT_NAME_BYTES = 108;

/** Takes the lock of the account, or answers at once who has it. */
export async function acquireLock(account: Account, options: LockOptions): Promise<HeldLock | RefusedLock> {
  const name = lockName(account, options);
  const server = await listen(name, options.command);
  if (server !== null) return server;
  const probe = await probeHolder(name);
  if (probe !== 'nobody') return { held: false, by: probe };
  if (!name.startsWith('\0')) await putAside(name);
  return (await listen(name, options.command)) ?? { held: false, by: null };
}

/** Waits until the lock is free and takes it. Rejects with the signal's reason if it is aborted first. */
export async function waitForLock(account: Account, options: WaitOptions): Promise<HeldLock> {
  const { signal, random = Math.random } = options;
  const name = lockName(account, options);
  for (let told = false; ; told = true) {
    signal.throwIfAborted();
    const lock = await acquireLock(account, options);
    if (lock.held && signal.aborted) await lock.release();
    signal.throwIfAborted();
    if (lock.held) return lock;
    if (!told) options.onWait?.(lock.by);
    await untilClosed(name, signal);
    await waitMs(random() * MAX_JITTER_MS, signal);
  }
}

function lockName(account: Account, { asFile = process.platform !== 'linux' }: LockOptions): string {
  const digest = createHash('sha256').update(accountKey(account)).digest('hex');
  if (asFile) return join(tmpdir(), `imapdesk-${digest.slice(0, 32)}.sock`);
  return `\0imapdesk-lock-${digest}`.padEnd(ABSTRACT_NAME_BYTES, '-');
}

/** null if the name is taken. */
function listen(name: string, command: string): Promise<HeldLock | null> {
  const holder: LockHolder = { pid: process.pid, command, since: new Date().toISOString() };
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    // What a peer sends or does is of no interest; only that it may leave.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => waiting.delete(socket));
    socket.resume();
    socket.unref();
    socket.write(`${JSON.stringify(holder)}\n`);
  });
  server.maxConnections = MAX_WAITING;
  return new Promise((fulfil, reject) => {
    // It stays for later errors as well: one that cannot be accepted must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') fulfil(null);
      else reject(error);
    });
    server.listen({ path: name }, () => {
      server.unref();
      fulfil({ held: true, release: () => close(server, waiting) });
    });
  });
}

function close(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  return new Promise((fulfil) => {
    server.close(() => fulfil());
    for (const socket of waiting) socket.destroy();
  });
}

/** Who listens under the name: its answer, null if it gives none that can be read, or 'nobody'. */
function probeHolder(name: string): Promise<LockHolder | null | 'nobody'> {
  return new Promise((fulfil) => {
    const socket = connect({ path: name });
    let answer = '';
    const done = (result: LockHolder | null | 'nobody') => {
      socket.destroy();
      fulfil(result);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => done(null));
    socket.setEncoding('utf8');
    // Only these two say that nobody listens; a holder that is overloaded refuses in other ways.
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      done(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'nobody' : null),
    );
    // A connection that ends without a word was cut by a release.
    socket.on('end', () => done(answer === '' ? 'nobody' : parseHolder(answer)));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.includes('\n') || answer.length > MAX_ANSWER_CHARS) done(parseHolder(answer));
    });
  });
}

/** Any program of this machine may have taken the name, so its answer is looked at closely. */
function parseHolder(answer: string): LockHolder | null {
  try {
    const said: unknown = JSON.parse(answer.slice(0, MAX_ANSWER_CHARS));
    if (typeof said !== 'object' || said === null) return null;
    const { pid, command, since }: Partial<Record<string, unknown>> = { ...said };
    if (typeof pid !== 'number' || typeof command !== 'string' || typeof since !== 'string') return null;
    return { pid, command: shown(command), since: shown(since) };
  } catch {
    return null;
  }
}

function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
}

/** Resolves when the holder's end of a connection is closed, or there is nobody to connect to, or on abort. */
function untilClosed(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((fulfil) => {
    const socket = connect({ path: name });
    const leave = () => socket.destroy();
    signal.addEventListener('abort', leave, { once: true });
    socket.on('error', leave);
    socket.on('close', () => {
      signal.removeEventListener('abort', leave);
      fulfil();
    });
    socket.resume();
  });
}

/**
 * Removes a socket file that nobody listens on. It is renamed first and asked once more, so that a file which somebody
 * has replaced in the meantime is put back.
 */
async function putAside(name: string): Promise<void> {
  const aside = `${name}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(name, aside);
    if ((await probeHolder(aside)) !== 'nobody') await link(aside, name);
    await unlink(aside);
  } catch {
    // Somebody else was quicker; whoever listens now is found by the next attempt.
  }
}
