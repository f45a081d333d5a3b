/**
 * One pass over a desk: finish what is under way, follow what people moved, carry out requests, file what is
 * pending, settle held mail, drain the outbox.
 */
import type { Problem } from '../../problem/problem.js';
import { recallAnswered } from '../ask/retry.js';
import { Overtaken } from '../effects/open-tickets.js';
import { mergeCopies } from '../plan/copies.js';
import type { Decided } from '../plan/decide-batch.js';
import { settleDrags } from '../plan/drag-confirmations.js';
import { warnOfFeeding } from '../plan/feeding.js';
import { fileBatch } from '../plan/file-batch.js';
import { finishUnderWay } from '../plan/finish.js';
import { firstBatch } from '../plan/first-batch.js';
import { followPeople } from '../plan/follow.js';
import { finishMerges } from '../plan/merge-tickets.js';
import { openDragged } from '../plan/open-dragged.js';
import { carryOutRequests } from '../plan/requests.js';
import { watchSent } from '../plan/sent-folder.js';
import { freeStuck, isStuck } from '../plan/stuck.js';
import { drain } from '../send/drain.js';
import { forgetSent } from '../send/housekeeping.js';
import { summariseReview } from '../send/review-summary.js';
import { requestCause, settleHeld } from '../send/settle.js';
import { type ArchiveView, examineArchive, retireHints } from '../sight/archive.js';
import { noteUnreadable } from '../sight/attempts.js';
import { type Backlog, outboxBacklog } from '../sight/backlog.js';
import { adoptionOf } from '../sight/opening.js';
import { findPending, inOrder, type Pending } from '../sight/pending.js';
import { readOutbox, type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { type FiledOneByOne, fileOneByOne } from './file-one.js';
import { reportDecision } from './log-decision.js';

export interface PassOutcome {
  readonly decided: readonly Decided[];
  readonly sent: number;
  readonly refused: number;
  /** Messages that went to review because they could not be filed. */
  readonly failed: number;
  /** The SMTP server can't be used; mail waits in the outbox. */
  readonly delivery: Problem | null;
  /** The mail server refuses to file anything: what is pending stays where it is, and its mail is held. */
  readonly stopped: Problem | null;
  /** What the pass has left behind. */
  readonly backlog?: Backlog;
}

/** How often a pass looks again because others were quicker, before it leaves the rest to the next one. */
const MAX_LOOKS = 5;

interface Sight {
  readonly survey: Survey;
  readonly archive: ArchiveView;
  readonly pending: readonly Pending[];
}

export async function runPass(desk: Desk): Promise<PassOutcome> {
  const decided: Decided[] = [];
  let failed = 0;
  let overtaken = 0;
  let stopped: Problem | null = null;
  let sight = await look(desk);
  const { stuck, pending } = await freeStuck(desk, sight.survey, sight.pending);
  sight = { ...sight, pending: await noteUnreadable(desk, sight.survey, pending) };
  const next = (): readonly Pending[] => firstBatch(desk.policy, sight.pending);
  for (let batch = next(); batch.length > 0 && !desk.signal.aborted; batch = next()) {
    const outcome = await file(desk, sight, batch);
    for (const one of outcome.decided) reportDecision(desk, one);
    decided.push(...outcome.decided);
    failed += outcome.failed;
    stopped = outcome.stopped;
    overtaken += outcome.overtaken ? 1 : 0;
    if (stopped !== null || overtaken > MAX_LOOKS) break;
    const over = new Set(outcome.overtaken ? [] : batch.map(({ uid }) => uid));
    const fresh = outcome.lookAgain ? await look(desk) : sight;
    sight = { ...fresh, pending: sight.pending.filter(({ uid }) => !over.has(uid)) };
  }
  await watchSent(desk, sight.survey);
  const { open, ...sending } = await sendOff(desk, sight.archive);
  warnOfFeeding(desk, { decided, open });
  return { decided, failed, ...sending, stopped: stopped ?? stuck };
}

/** Sees the desk, after whatever others left half done or moved has been seen to. */
async function look(desk: Desk): Promise<Sight> {
  for (let looks = 1; ; looks += 1) {
    const survey = await takeSurvey(desk);
    const adoption = adoptionOf(survey);
    const pending = inOrder(await findPending(desk, adoption));
    const archive = await examineArchive(desk, survey);
    if (!(await seeToOthers(desk, survey, { archive, pending }))) return { survey, archive, pending };
    if (looks >= MAX_LOOKS) return { survey: await takeSurvey(desk), archive, pending };
  }
}

/** Answers whether anything was changed, so that the survey is no longer true. */
async function seeToOthers(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: readonly Pending[] },
): Promise<boolean> {
  const { archive } = seen;
  const pending = seen.pending.map(({ facts }) => facts);
  const identities = new Set(pending.map(({ identity }) => identity));
  return (
    (await finishMerges(desk, survey, { archive, pending: identities })) ||
    (await finishUnderWay(desk, survey, { archive, pending: identities })) ||
    (await followPeople(desk, survey, { archive, pending })) ||
    (await openDragged(desk, survey)) ||
    (await carryOutRequests(desk, survey, archive))
  );
}

async function file(
  desk: Desk,
  sight: Sight,
  batch: readonly Pending[],
): Promise<FiledOneByOne & { lookAgain: boolean; overtaken: boolean }> {
  try {
    const decided = await fileBatch(desk, sight.survey, { archive: sight.archive, batch });
    const changed = decided.some(({ decision }) => decision.changesState);
    const failed = decided.filter(({ gaveUp }) => gaveUp).length;
    return { decided, failed, stopped: null, lookAgain: changed, overtaken: false };
  } catch (error) {
    if (error instanceof Overtaken) {
      desk.log.info({}, error.message);
      return { decided: [], failed: 0, stopped: null, lookAgain: true, overtaken: true };
    }
    return { ...(await fileOneByOne(desk, { batch, error })), lookAgain: true, overtaken: false };
  }
}

async function sendOff(
  desk: Desk,
  archive: ArchiveView,
): Promise<Omit<PassOutcome, 'decided' | 'failed' | 'stopped'> & { readonly open: Survey['open'] }> {
  const survey = await takeSurvey(desk);
  const pending = await findPending(desk, adoptionOf(survey));
  // What is stuck in the inbox has been filed all the same, and nothing more will be done about it.
  const causes = new Set(pending.flatMap(({ facts }) => (isStuck(survey, facts) ? [] : [facts.identity])));
  for (const { id, flags } of survey.requests) if (!flags.has('\\Answered')) causes.add(requestCause(id));
  await settleHeld(desk, survey, { pending: causes });
  await settleDrags(desk, survey);
  await summariseReview(desk, survey);
  await recallAnswered(desk);
  const outbox = await readOutbox(desk);
  const { sent, refused, stopped } = await drain(desk, { ...survey, outbox }, archive);
  await forgetSent(desk);
  const backlog = { pending: pending.length, outbox: await outboxBacklog(desk) };
  await retireHints(desk, survey.hints);
  await mergeCopies(desk, survey.open);
  return { sent, refused, delivery: stopped, backlog, open: survey.open };
}
