/** The spool of `deliver`: what is put there, and how it gets into the inbox once the server is back. */
import type { DeskConfig } from '../config/complete.js';
import { Spool } from '../pipe/spool.js';
import { EXIT, Problem } from '../problem/problem.js';
import { deliverToInbox } from '../worker/ask/delivering.js';
import { acquireLock } from '../worker/run/lock.js';
import type { DeskSession } from '../worker/run/session.js';
import type { CommandContext } from './context.js';
import { count } from './count.js';
import { failureOf } from './failure.js';

/**
 * Where a message has lain for so long, no more are taken: the mail server keeps them, and tells their senders and its
 * people what a spool tells nobody.
 */
const SPOOLS_FOR_MS = 24 * 3_600_000;

export function spoolOf(desk: DeskConfig, folder: string): Spool {
  return new Spool(folder, desk.address);
}

/** A server that is away comes back by itself. What somebody has to mend is better kept where people look: in the mail server's queue. */
export function isForSpool(error: unknown): error is Problem {
  if (!(error instanceof Problem) || isOfMessage(error)) return false;
  return error.temporary || error.exitCode === EXIT.unavailable || error.exitCode === EXIT.tryLater;
}

/** Another message may go in all the same: the server has said no to this one, or cannot be given it. */
function isOfMessage({ scope, code }: Problem): boolean {
  return scope === 'message' || code === 'imap-append';
}

/** Throws `why` where the spool takes no more. */
export async function putIntoSpool(spool: Spool, message: Buffer, why: Problem): Promise<void> {
  const [oldest] = await spool.list();
  if (oldest !== undefined && Date.now() - oldest.at > SPOOLS_FOR_MS) throw why;
  await spool.put(message);
}

interface Flushing {
  readonly spool: Spool;
  /** Milliseconds after which no further message is begun with. */
  readonly within?: number;
}

/**
 * Puts what lies in the spool into the inbox, the oldest first, and answers how many were. Does nothing where another one is
 * at it. A message that the server does not take stays, and keeps nothing else from going in; then it throws at the end.
 */
export async function flushSpool(
  context: CommandContext,
  session: DeskSession,
  { spool, within = Number.POSITIVE_INFINITY }: Flushing,
): Promise<number> {
  if ((await spool.list()).length === 0) return 0;
  const lock = await acquireLock(`spool ${spool.folder}`, { command: 'deliver' });
  if (!lock.held) return 0;
  try {
    return await flush(context, session, { spool, within });
  } finally {
    await lock.release();
  }
}

async function flush(
  context: CommandContext,
  session: DeskSession,
  { spool, within }: Required<Flushing>,
): Promise<number> {
  const begun = performance.now();
  const refused: string[] = [];
  let stored = 0;
  for (const { name } of await spool.list()) {
    context.signal.throwIfAborted();
    if (performance.now() - begun > within) break;
    const raw = await spool.read(name);
    try {
      await session.look((desk) => deliverToInbox(desk, raw), context.signal);
      await spool.remove(name);
      stored += 1;
    } catch (error) {
      if (!(error instanceof Problem) || !(isOfMessage(error) || error.code === 'imap-refused')) throw error;
      refused.push(`${name}: ${failureOf(error).message}`);
    }
  }
  if (refused.length > 0 && within === Number.POSITIVE_INFINITY)
    throw new Problem(
      'spool-refused',
      `the server does not take ${count(refused.length, 'message')} of the spool ${spool.folder}: ${refused.join('; ')}`,
    );
  return stored;
}
