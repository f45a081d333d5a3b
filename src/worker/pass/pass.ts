/** One pass over a desk: see, plan what others left, plan the filing, carry out, send. */
import { NotMoved } from '../../mailbox/not-moved.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { Overtaken } from '../carry-out/numbers.js';
import type { Decided } from '../plan/decide-batch.js';
import { warnOfFeeding } from '../plan/feeding.js';
import { firstBatch } from '../plan/first-batch.js';
import { superfluousHints } from '../plan/hints.js';
import { planSent } from '../plan/sent-folder.js';
import { isStuck, planStuck, planUnread } from '../plan/stuck.js';
import { planTwins } from '../plan/twins.js';
import { drain } from '../send/drain.js';
import { planForgetting } from '../send/put-away.js';
import { planRecall } from '../send/recall.js';
import { planSummary } from '../send/review-summary.js';
import { planDrags, planHeld } from '../send/settle.js';
import { type ArchiveView, examineArchive } from '../sight/archive.js';
import { type Backlog, outboxBacklog } from '../sight/backlog.js';
import { adoptionOf } from '../sight/beginning.js';
import { requestCause } from '../sight/causes.js';
import { findPending, inOrder, type Pending } from '../sight/pending.js';
import { readOutbox, type Survey, takeSurvey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { type FiledOneByOne, fileBatch, fileOneByOne } from './file-one.js';
import { type Sight, seeToOthers } from './others.js';

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
  /** The highest UID of what has come to the inbox since the pass looked, and which it therefore leaves to the next one. */
  readonly arrived?: number | null;
  /** What the pass has left behind. */
  readonly backlog?: Backlog;
}

/** How often a pass looks again because others were quicker, before it leaves the rest to the next one. */
const MAX_LOOKS = 5;

export async function runPass(desk: WorkingDesk): Promise<PassOutcome> {
  const decided: Decided[] = [];
  let failed = 0;
  let overtaken = 0;
  let stopped: Problem | null = null;
  desk.cache.sent.hears = false;
  let sight = await look(desk);
  const seen = new Set(sight.pending.map(({ uid }) => uid));
  const { readable, left } = await setApart(desk, sight);
  sight = { ...sight, pending: readable };
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
  const { open, pending, ...sending } = await sendOff(desk, sight.archive);
  warnOfFeeding(desk, { decided, open });
  const fresh = pending.flatMap(({ uid }) => (seen.has(uid) ? [] : [uid]));
  const arrived = fresh.length === 0 ? null : Math.max(...fresh);
  await desk.cache.sent.save();
  return { decided, failed, ...sending, stopped: stopped ?? left, arrived };
}

/** Sees the desk, after whatever others left half done or moved has been seen to. */
async function look(desk: WorkingDesk): Promise<Sight> {
  for (let looks = 1; ; looks += 1) {
    const survey = await see(desk);
    const adoption = adoptionOf(survey);
    const pending = inOrder(await findPending(desk, adoption));
    const archive = await examineArchive(desk, survey);
    if (!(await seeToOthers(desk, { survey, archive, pending }))) return { survey, archive, pending };
    if (looks >= MAX_LOOKS) return { survey: await see(desk), archive, pending };
  }
}

/** Whoever sees what is void removes it. */
async function see(desk: WorkingDesk): Promise<Survey> {
  const survey = await takeSurvey(desk);
  const voided = survey.voided.filter(({ uids }) => uids.length > 0);
  for (const { folder, uids } of voided)
    desk.log.info({ folder, count: uids.length }, 'entries that another worker was quicker with are removed');
  await carryOut(desk, survey, { removed: voided });
  return survey;
}

/** What is to be filed in this pass, and what keeps messages that could not be taken away. */
async function setApart(
  desk: WorkingDesk,
  { survey, pending }: Sight,
): Promise<{ readonly readable: readonly Pending[]; readonly left: NotMoved | null }> {
  const stuck = pending.filter(({ facts }) => isStuck(survey, facts));
  for await (const effects of planStuck(desk, survey, { pending, stuck }))
    await carryOut(desk, survey, effects);
  const uids = stuck.map(({ uid }) => uid);
  const still = uids.length === 0 ? [] : await desk.store.search(desk.folders.inbox, { uids });
  const left = still.length === 0 ? null : new NotMoved('move messages from the inbox', still);
  const free = pending.filter((one) => !stuck.includes(one));
  const unread = planUnread(desk, survey, free);
  await carryOut(desk, survey, unread.effects);
  return { readable: unread.pending, left };
}

async function file(
  desk: WorkingDesk,
  { survey, archive }: Sight,
  batch: readonly Pending[],
): Promise<FiledOneByOne & { lookAgain: boolean; overtaken: boolean }> {
  try {
    const decided = await fileBatch(desk, survey, { archive, batch });
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

/** One line for each decision, with its reasons. Addresses and subjects only at debug. */
function reportDecision({ log }: WorkingDesk, { decision, pending }: Decided): void {
  const { uid, facts } = pending;
  const { kind, ticket, match, reasons } = decision;
  const fields = { uid, messageId: facts.messageId, kind, ticket, match, reasons };
  log.info(fields, ticket === null ? kind : `${kind}: ticket ${ticket}`);
  // To tell staff by mail would only make the next bounce.
  if (kind === 'bounce' && decision.role?.kind === 'staff')
    log.warn({ uid, ticket }, 'mail of ours to staff came back: somebody is not told of tickets');
  log.debug({ uid, from: facts.sender.shown, subject: facts.subject }, 'what was decided on');
}

/** A folder that cannot be read must not keep the desk from its own work: the next pass tries again. */
async function watchSent(desk: WorkingDesk, known: Survey): Promise<void> {
  try {
    for await (const { survey, effects } of planSent(desk, known)) await carryOut(desk, survey, effects);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    desk.log.warn({ code: error.code }, `the folder of sent mail could not be looked at: ${error.message}`);
  }
}

interface SentOff extends Omit<PassOutcome, 'decided' | 'failed' | 'stopped' | 'arrived'> {
  readonly open: Survey['open'];
  readonly pending: readonly Pending[];
}

async function sendOff(desk: WorkingDesk, archive: ArchiveView): Promise<SentOff> {
  const survey = await see(desk);
  const pending = await findPending(desk, adoptionOf(survey));
  // What is stuck in the inbox has been filed all the same, and nothing more will be done about it.
  const causes = new Set(pending.flatMap(({ facts }) => (isStuck(survey, facts) ? [] : [facts.identity])));
  for (const { id } of survey.requests) causes.add(requestCause(id));
  await carryOut(desk, survey, await planHeld(desk, survey, { pending: causes }));
  await carryOut(desk, survey, await planDrags(desk, survey));
  await summarise(desk, survey);
  await carryOut(desk, survey, await planRecall(desk));
  const { copies: outbox, voided } = await readOutbox(desk);
  await carryOut(desk, survey, { removed: voided });
  const { sent, refused, stopped } = await drain(desk, { ...survey, outbox }, archive);
  await carryOut(desk, survey, await planForgetting(desk));
  const backlog = { pending: pending.length, outbox: await outboxBacklog(desk) };
  await carryOut(desk, survey, { done: superfluousHints(survey.hints) });
  for await (const effects of planTwins(desk, survey.open)) await carryOut(desk, survey, effects);
  return { sent, refused, delivery: stopped, backlog, open: survey.open, pending };
}

/** What cannot be read or written for it must keep no other mail from going out: the next pass tries again. */
async function summarise(desk: WorkingDesk, survey: Survey): Promise<void> {
  try {
    await carryOut(desk, survey, await planSummary(desk, survey));
  } catch (error) {
    if (!(error instanceof Problem) || !['imap-refused', 'imap-not-stored'].includes(error.code)) throw error;
    desk.log.warn({ code: error.code }, `no summary of what went to review: ${error.message}`);
  }
}
