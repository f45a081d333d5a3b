/**
 * When a batch fails, and nobody can say that it was not for one of its messages, they are filed one by one, so that a bad
 * one does not stop the others. A refusal is believed to be about a message only if the server does the same for
 * another one and then refuses this one again; a failure of our own is about the message that it met. Either is an
 * attempt (`attempts.ts`). If no message fares better, the server is out of order, and that ends the pass.
 */
import { Problem } from '../desk/problem.js';
import { NotMoved } from '../mailbox/not-moved.js';
import { examineArchive } from './archive.js';
import { MAX_ATTEMPTS, noteAttempt } from './attempts.js';
import type { Decided } from './decide-batch.js';
import type { Desk } from './desk.js';
import { fileBatch } from './file-batch.js';
import { Overtaken } from './open-tickets.js';
import type { Pending } from './pending.js';
import { noteStuck } from './stuck.js';
import { takeSurvey } from './survey.js';

/** So many in a row, and none that went well: the rest would fare no better. */
const MAX_REFUSED_IN_A_ROW = 5;
const MINUTE_MS = 60_000;

interface Failure {
  readonly pending: Pending;
  readonly error: unknown;
}

export interface FiledOneByOne {
  readonly decided: readonly Decided[];
  readonly failed: number;
  /** What keeps the server from filing anything. */
  readonly stopped: Problem | null;
}

export async function fileOneByOne(
  desk: Desk,
  failed: { batch: readonly Pending[]; error: unknown },
): Promise<FiledOneByOne> {
  const { batch, error } = failed;
  if (error instanceof NotMoved) {
    await noteStuck(desk, await takeSurvey(desk), stuckOf(batch, error));
    return { decided: [], failed: 0, stopped: error };
  }
  if (!mayBeOfOneMessage(desk, error)) throw error;
  const decided: Decided[] = [];
  const failures: Failure[] = [];
  let inARow = 0;
  for (const pending of turned(desk, batch)) {
    if (desk.signal.aborted) break;
    const outcome = await fileAlone(desk, pending);
    if ('error' in outcome) {
      failures.push({ pending, error: outcome.error });
      inARow += 1;
    } else {
      decided.push(...outcome.decided);
      inARow = 0;
    }
    if (decided.length === 0 && inARow >= MAX_REFUSED_IN_A_ROW) break;
  }
  const stopped = await judge(desk, failures, decided.length > 0);
  return { decided, failed: decided.filter(({ gaveUp }) => gaveUp).length, stopped };
}

/** Each minute another one is the first, so that some bad ones at the head of the inbox do not hide good ones for ever. */
function turned(desk: Desk, batch: readonly Pending[]): readonly Pending[] {
  const first = Math.floor(desk.now().getTime() / MINUTE_MS) % batch.length;
  return batch.length <= MAX_REFUSED_IN_A_ROW ? batch : [...batch.slice(first), ...batch.slice(0, first)];
}

async function fileAlone(
  desk: Desk,
  pending: Pending,
): Promise<{ readonly decided: readonly Decided[] } | { readonly error: unknown }> {
  const survey = await takeSurvey(desk);
  const archive = await examineArchive(desk, survey);
  try {
    return { decided: await fileBatch(desk, survey, { archive, batch: [pending] }) };
  } catch (error) {
    if (error instanceof Overtaken) return { decided: [] };
    if (error instanceof NotMoved) await noteStuck(desk, survey, stuckOf([pending], error));
    else if (!mayBeOfOneMessage(desk, error)) throw error;
    return { error };
  }
}

/**
 * A lost connection, a full mailbox or a missing folder say nothing about any message. What gives no reason may, where the
 * message itself was to be read, moved or written about; in its ticket's folders others' messages were.
 */
function mayBeOfOneMessage({ folders }: Desk, error: unknown): boolean {
  if (!(error instanceof Problem) || error.scope === 'message') return true;
  return !error.explained && error.folder !== folders.open && error.folder !== folders.archived;
}

function stuckOf(batch: readonly Pending[], { copied }: NotMoved): readonly Pending[] {
  return batch.filter(({ uid }) => copied.includes(uid));
}

/** Notes an attempt at what is shown to be bad; answers what is shown to be the server's trouble. */
async function judge(
  desk: Desk,
  failures: readonly Failure[],
  othersFared: boolean,
): Promise<Problem | null> {
  let stopped: Problem | null = null;
  for (const { pending, error } of failures) {
    if (!(error instanceof Problem) || error.scope === 'message') await note(desk, { pending, error });
    else if (error instanceof NotMoved || !othersFared) stopped ??= error;
    else {
      const again = await fileAlone(desk, pending);
      if ('error' in again) await note(desk, { pending, error: again.error });
    }
  }
  return stopped;
}

async function note(desk: Desk, { pending, error }: Failure): Promise<void> {
  // Only our own words: an error of another making may quote the message.
  const why = error instanceof Problem ? error.message : 'an error inside imapdesk';
  desk.log.error(
    { uid: pending.uid, messageId: pending.facts.messageId, err: error },
    `a message could not be filed, though others could; after ${MAX_ATTEMPTS} attempts, a minute apart, it goes to review`,
  );
  await noteAttempt(desk, await takeSurvey(desk), { facts: pending.facts, why });
}
