/**
 * One process at a time renews a sign-in: a refresh token that is spent twice is taken for a stolen one, and the provider
 * revokes all that came of it. The lock is a file beside the tokens, so that whoever sees these sees it, in another
 * container too. A file whose maker has died is taken away by who has seen it unchanged for longer than a renewal may
 * take; no clock but one's own is needed for that.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';

export interface FileLockOptions {
  /** Of the file that is locked; the lock lies beside it. */
  readonly path: string;
  /** How long a lock that does not change may stand. */
  readonly deadAfterMs?: number;
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Milliseconds, of a clock that never goes back. */
  readonly elapsed?: () => number;
}

/** More than two answers of the provider may take, at 20 seconds each. */
const DEAD_AFTER_MS = 60_000;
const LOOK_AGAIN_MS = 50;
/** A takeover reads one small file. */
const STALE_GUARD_MS = 10_000;

/** Does the work while nobody else does any under the same path. Throws a Problem where the folder cannot be written. */
export async function underLock<T>(options: FileLockOptions, work: () => Promise<T>): Promise<T> {
  const lock = `${options.path}.lock`;
  const mine = randomUUID();
  await take(lock, mine, options);
  try {
    return await work();
  } finally {
    // Somebody may have thought us dead.
    if ((await contentOf(lock).catch(() => null)) === mine) await rm(lock, { force: true });
  }
}

async function take(lock: string, mine: string, options: FileLockOptions): Promise<void> {
  const { deadAfterMs = DEAD_AFTER_MS, wait = pause, elapsed = () => performance.now() } = options;
  let seen: string | null = null;
  let since = elapsed();
  while (!(await create(lock, mine))) {
    const holder = await contentOf(lock);
    if (holder !== seen) {
      seen = holder;
      since = elapsed();
    } else if (holder !== null && elapsed() - since > deadAfterMs) {
      await takeAway(lock, holder);
    }
    await wait(LOOK_AGAIN_MS);
  }
}

async function create(lock: string, mine: string): Promise<boolean> {
  try {
    await writeFile(lock, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unusable(lock, error);
  }
}

/** null where there is none. Throws a Problem for one that this user may not read, or that is no file: it would stand for ever. */
async function contentOf(lock: string): Promise<string | null> {
  try {
    return await readFile(lock, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unusable(lock, error);
  }
}

function unusable(lock: string, cause: unknown): Problem {
  return new Problem('sign-in-unsaved', `The sign-in cannot be renewed (${codeOf(cause)}): ${lock}`, {
    exitCode: EXIT.configuration,
    scope: 'account',
    cause,
  });
}

/** Only who holds the guard removes a dead lock, and looks again first: it may be another one by now. */
async function takeAway(lock: string, dead: string): Promise<void> {
  const guard = `${lock}.guard`;
  try {
    await mkdir(guard);
  } catch {
    const made = await stat(guard).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > STALE_GUARD_MS)
      await rm(guard, { recursive: true, force: true });
    return;
  }
  try {
    if ((await contentOf(lock)) === dead) await rm(lock, { force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}
