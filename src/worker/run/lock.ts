/**
 * One pass at a time on an account, for all programs on this machine.
 *
 * The lock is a listening socket whose name comes from the account. The kernel lets only one process listen under a
 * name, and takes the name back when that process ends, however it ends; so there is no stale lock to judge. Whoever
 * connects is told who holds it, and sees the connection close when it is free again. Containers with networks of their
 * own do not see one another's locks (`local-socket.ts`). A socket file that a dead program left behind is taken over. Where the lock is not seen, the register's arbitration still holds; the lock spares it the work.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { type Account, accountKey } from '../../config/account.js';
import { hear, listen, type SocketOptions, socketName } from './local-socket.js';
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

export interface LockOptions extends SocketOptions {
  /** What this program is doing, for those who find the lock held. */
  readonly command: string;
}

export interface WaitOptions extends LockOptions {
  readonly signal: AbortSignal;
  /** Told once, when there is somebody to wait for. */
  readonly onWait?: (by: LockHolder | null) => void;
  readonly random?: () => number;
}

const MAX_ANSWER_CHARS = 1000;
/** Beyond it, those who wait are turned away and ask again. */
const MAX_WAITING = 100;
/** Those who waited for one holder do not all try in the same instant. */
const MAX_JITTER_MS = 250;
/** A takeover lasts no longer than a probe, which takes two seconds at most. */
const STALE_GUARD_MS = 10_000;

/** What one program at a time may be at: an account, or what a text names. */
type Locked = Account | string;

/** Takes the lock of the account, or answers at once who has it. */
export async function acquireLock(account: Locked, options: LockOptions): Promise<HeldLock | RefusedLock> {
  const name = lockName(account, options);
  const lock = await take(name, options.command);
  if (lock !== null) return lock;
  const probe = await probeHolder(name);
  if (probe !== 'nobody') return { held: false, by: probe };
  const second = name.startsWith('\0')
    ? await take(name, options.command)
    : await takeOver(name, options.command);
  return second ?? { held: false, by: null };
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
    signal.throwIfAborted();
    await untilClosed(name, signal);
    await waitMs(random() * MAX_JITTER_MS, signal);
  }
}

/** Who has the lock of the account on this machine: null if nobody has, or the holder did not say. */
export async function lockHolder(account: Account, options: SocketOptions = {}): Promise<LockHolder | null> {
  const holder = await probeHolder(lockName(account, options));
  return holder === 'nobody' ? null : holder;
}

function lockName(account: Locked, options: SocketOptions): string {
  const names = { abstract: 'imapdesk-lock', file: 'imapdesk', chars: 32 };
  return socketName(typeof account === 'string' ? account : accountKey(account), options, names);
}

/** null if the name is taken. What those who wait send or do is of no interest; only that they may leave. */
async function take(name: string, command: string): Promise<HeldLock | null> {
  const holder: LockHolder = { pid: process.pid, command, since: new Date().toISOString() };
  const socket = await listen(name, MAX_WAITING, (waiting) => {
    waiting.resume();
    waiting.write(`${JSON.stringify(holder)}\n`);
  });
  return socket === null ? null : { held: true, release: () => socket.close() };
}

/** Who listens under the name: its answer, null if it gives none that can be read, or 'nobody'. */
async function probeHolder(name: string): Promise<LockHolder | null | 'nobody'> {
  const { text, how } = await hear(name, (said) => said.includes('\n') || said.length > MAX_ANSWER_CHARS);
  // A connection that ends without a word was cut by a release.
  return how === 'nobody' || (how === 'ended' && text === '') ? 'nobody' : parseHolder(text);
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
 * Takes over a socket file whose program has died. Only who holds the guard may remove one, and looks again first;
 * so no file is removed that somebody has begun to listen on. null if it is not to be had now.
 */
async function takeOver(name: string, command: string): Promise<HeldLock | null> {
  const guard = `${name}.guard`;
  if (!(await enter(guard))) return null;
  try {
    if ((await probeHolder(name)) !== 'nobody') return null;
    await rm(name, { force: true });
    return await take(name, command);
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** Makes the guard's folder, which one program can. A guard that was left behind is removed for the next to enter. */
async function enter(guard: string): Promise<boolean> {
  try {
    await mkdir(guard);
    return true;
  } catch {
    const made = await stat(guard).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > STALE_GUARD_MS)
      await rm(guard, { recursive: true, force: true });
    return false;
  }
}
