/**
 * Files what is pending, a batch at once; where that fails and may have failed for one of its messages, one by one, so that
 * a bad one does not stop the others. A refusal counts against a message only if the server did the same for another one
 * and then refuses this one again; a failure of our own always does. If no message fares better, the server is out of
 * order, and that ends the pass. See `attempts.ts`.
 */
import { NotMoved } from '../../mailbox/not-moved.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { Overtaken } from '../carry-out/numbers.js';
import type { Effects } from '../effects/effects.js';
import type { Decided } from '../plan/decide-batch.js';
import { planFiling, type ToFile } from '../plan/file.js';
import { stuckEntries } from '../plan/stuck.js';
import { rotated } from '../send/letter-order.js';
import { examineArchive } from '../sight/archive.js';
import { failedOnce, MAX_ATTEMPTS } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import { type Survey, takeSurvey } from '../sight/survey.js';
import { ClaimedElsewhere, LookAgain } from '../workplace/claim.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { appendTo, moveOf, readOf, watchStore } from './watched-store.js';

/** Once this many are refused and none went well, the others are tried from somewhere else on… */
const REFUSED_AT_THE_HEAD = 5;
/** …until this many were refused in all: the rest would fare no better. */
const MAX_REFUSED = 10;

interface Failure {
  readonly pending: Pending;
  readonly error: unknown;
  /** What was refused. */
  readonly call: string | null;
}

export interface FiledOneByOne {
  readonly decided: readonly Decided[];
  readonly failed: number;
  /** What keeps the server from filing anything. */
  readonly stopped: Problem | null;
}

/** Answers what was decided of those that were there and have moved. */
export async function fileBatch(
  desk: WorkingDesk,
  survey: Survey,
  given: ToFile,
): Promise<readonly Decided[]> {
  const { decided, effects } = await planFiling(desk, survey, given);
  const { gone } = await carryOut(desk, survey, effects);
  return decided.filter(({ pending }) => gone.has(pending.facts.identity));
}

export async function fileOneByOne(
  desk: WorkingDesk,
  failed: { batch: readonly Pending[]; error: unknown },
): Promise<FiledOneByOne> {
  const { batch, error } = failed;
  if (error instanceof NotMoved) {
    await note(desk, (survey) => stuckEntries(desk, survey, stuckOf(batch, error)));
    return { decided: [], failed: 0, stopped: error };
  }
  if (!mayBeOfOneMessage(error)) throw error;
  const decided: Decided[] = [];
  const failures: Failure[] = [];
  // What the server has done for messages that were filed.
  const fared = new Set<string>();
  let left = [...batch];
  for (let pending = left.shift(); pending !== undefined; pending = left.shift()) {
    if (desk.signal.aborted) break;
    const outcome = await fileAlone(desk, pending);
    if ('error' in outcome) {
      failures.push({ pending, ...outcome });
    } else {
      decided.push(...outcome.decided);
      for (const call of outcome.calls) fared.add(call);
    }
    if (fared.size > 0) continue;
    if (failures.length === REFUSED_AT_THE_HEAD) left = rotated(left, desk.now());
    if (failures.length >= MAX_REFUSED) break;
  }
  const stopped = await judge(desk, failures, fared);
  return { decided, failed: decided.filter(({ gaveUp }) => gaveUp).length, stopped };
}

type Outcome =
  | { readonly decided: readonly Decided[]; readonly calls: ReadonlySet<string> }
  | { readonly error: unknown; readonly call: string | null };

async function fileAlone(desk: WorkingDesk, pending: Pending): Promise<Outcome> {
  const survey = await takeSurvey(desk);
  const archive = await examineArchive(desk, survey);
  const { store, carriedOut, failed } = watchStore(desk.store);
  try {
    const decided = await fileBatch({ ...desk, store }, survey, { archive, batch: [pending] });
    return { decided, calls: carriedOut };
  } catch (error) {
    if (error instanceof Overtaken) return { decided: [], calls: carriedOut };
    if (error instanceof NotMoved)
      await carryOut(desk, survey, stuckEntries(desk, survey, stuckOf([pending], error)));
    else if (!mayBeOfOneMessage(error)) throw error;
    return { error, call: failed() };
  }
}

/**
 * A lost connection, a full mailbox or a missing folder say nothing about any message, and no more does another worker.
 * What gives no reason may.
 */
function mayBeOfOneMessage(error: unknown): boolean {
  if (error instanceof ClaimedElsewhere || error instanceof LookAgain) return false;
  return !(error instanceof Problem) || error.scope === 'message' || !error.explained;
}

/** What has to do with the message itself: it is read or moved, or something is written about it. */
function isAboutMessage({ folders }: Desk, call: string): boolean {
  const { inbox, open, archived, review, outbox, register } = folders;
  const moves = [open, archived, review].map((to) => moveOf(inbox, to));
  return [readOf(inbox), appendTo(outbox), appendTo(register), ...moves].includes(call);
}

function stuckOf(batch: readonly Pending[], { copied }: NotMoved): readonly Pending[] {
  return batch.filter(({ uid }) => copied.includes(uid));
}

/**
 * Notes an attempt at what is shown to be bad: the same call was carried out for another message, and this one is refused
 * once more. Answers what is shown to be the server's trouble.
 */
async function judge(
  desk: WorkingDesk,
  failures: readonly Failure[],
  fared: ReadonlySet<string>,
): Promise<Problem | null> {
  let stopped: Problem | null = null;
  for (const { pending, error, call } of failures) {
    if (!(error instanceof Problem) || error.scope === 'message') {
      await noteFailure(desk, { pending, error });
      continue;
    }
    const comparable = call !== null && fared.has(call) && isAboutMessage(desk, call);
    if (error instanceof NotMoved || !comparable) {
      stopped ??= error;
      continue;
    }
    const again = await fileAlone(desk, pending);
    if ('error' in again) await noteFailure(desk, { pending, error: again.error });
  }
  return stopped;
}

async function noteFailure(
  desk: WorkingDesk,
  { pending, error }: Pick<Failure, 'pending' | 'error'>,
): Promise<void> {
  // Only our own words: an error of another making may quote the message.
  const why = error instanceof Problem ? error.message : 'an error inside imapdesk';
  desk.log.error(
    { uid: pending.uid, messageId: pending.facts.messageId, err: error },
    `a message could not be filed, though others could; after ${MAX_ATTEMPTS} attempts, a minute apart, it goes to review`,
  );
  await note(desk, (survey) => ({ entries: failedOnce(desk, survey, { facts: pending.facts, why }) }));
}

/** Against the register as it is now: what failed may have written into it. */
async function note(desk: WorkingDesk, plan: (survey: Survey) => Effects): Promise<void> {
  const survey = await takeSurvey(desk);
  await carryOut(desk, survey, plan(survey));
}
