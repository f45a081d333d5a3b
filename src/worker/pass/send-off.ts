/** The end of a pass: what is held is settled, what may go is sent, and what nobody needs any more goes. */
import { together } from '../../mailbox/together.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { Effects } from '../effects/effects.js';
import { planWaiting } from '../plan/alerts.js';
import { superfluousHints } from '../plan/hints.js';
import { planSent } from '../plan/sent-folder.js';
import { isStuck } from '../plan/stuck.js';
import { planTwins } from '../plan/twins.js';
import { drain } from '../send/drain.js';
import { planForgetting } from '../send/put-away.js';
import { planRecall } from '../send/recall.js';
import { planSummary } from '../send/review-summary.js';
import { planDrags, planHeld } from '../send/settle.js';
import { tellAlerts } from '../send/tell-alerts.js';
import { readAlerts } from '../sight/alerts.js';
import { type Backlog, outboxBacklog } from '../sight/backlog.js';
import { adoptionOf } from '../sight/beginning.js';
import { isDrag, isRefusal, requestCause } from '../sight/causes.js';
import { findPlaces, readPending } from '../sight/pending.js';
import { PendingMail } from '../sight/pending-mail.js';
import { seeWritten } from '../sight/see-written.js';
import type { Survey } from '../sight/survey.js';
import { readOutbox } from '../sight/unsent.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { isAtRest } from './at-rest.js';
import type { Filed } from './file-all.js';
import { see } from './look.js';
import { doRoutines } from './routines.js';

interface SentOff {
  readonly sent: number;
  readonly refused: number;
  readonly delivery: Problem | null;
  readonly arrived: number | null;
  readonly backlog: Backlog;
  readonly open: Survey['open'];
  readonly isAtRest: boolean;
}

/**
 * What may go is sent first: whoever wrote waits for it. What has to be looked for after that (mail that people have sent from
 * the desk's account, summaries, letters that people put back) seldom finds any more to send.
 */
export async function sendOff(desk: WorkingDesk, filed: Filed, writes: () => number): Promise<SentOff> {
  const seen = await seeAtLast(desk, filed, writes);
  const held = writes();
  const survey = await settle(desk, seen, filed.sight.mail.size);
  await carryOut(desk, survey, await planDrags(desk, survey));
  const outbox = writes() === held ? survey.outbox : await readOutboxAgain(desk, survey);
  const { archive } = filed.sight;
  const first = await drain(desk, { ...survey, outbox }, archive);
  const sent = writes();
  const watched = await watchSent(desk, filed.sight.survey);
  const [summary, recalled] = await together(
    desk.store,
    () => unlessRefused(desk, () => planSummary(desk, survey)),
    () => planRecall(desk),
  );
  const summarised = await summarise(desk, survey, summary);
  await alarm(desk, survey, filed.sight.mail.size);
  await carryOut(desk, survey, recalled);
  const again =
    writes() === sent
      ? null
      : await drain(
          desk,
          { ...survey, outbox: await readOutboxAgain(desk, survey), leftBehind: null },
          archive,
        );
  const { arrived, backlog } = await tidyUp(desk, survey, filed);
  const delivery = again?.stopped ?? first.stopped;
  const rests = delivery === null && watched && summarised && isAtRest(desk, { survey, backlog });
  return {
    sent: first.sent + (again?.sent ?? 0),
    refused: first.refused + (again?.refused ?? 0),
    delivery,
    backlog,
    arrived,
    open: survey.open,
    isAtRest: rests,
  };
}

/** What nobody needs any more goes. Answers what is left. */
async function tidyUp(
  desk: WorkingDesk,
  survey: Survey,
  filed: Filed,
): Promise<Pick<SentOff, 'arrived' | 'backlog'>> {
  const [forgotten, { arrived, pending }, left] = await together(
    desk.store,
    () => planForgetting(desk),
    () => arrivals(desk, filed),
    () => outboxBacklog(desk),
  );
  await carryOut(desk, survey, forgotten);
  const backlog = { pending, outbox: left };
  await carryOut(desk, survey, { done: superfluousHints(survey.hints) });
  for await (const effects of planTwins(desk, survey.open)) await carryOut(desk, survey, effects);
  return { arrived, backlog };
}

/** The pass has seen all that there is, unless it has written since. */
async function seeAtLast(desk: WorkingDesk, filed: Filed, writes: () => number): Promise<Survey> {
  const { sight, stale } = filed;
  if (stale === 'all') return see(desk);
  if (writes() === sight.before) return sight.survey;
  const survey = await seeWritten(desk, sight.survey);
  await carryOut(desk, survey, { removed: survey.voided });
  return survey;
}

/** Letters that are held though their cause has gone were left by a worker that died: that is looked at with care. */
async function settle(desk: WorkingDesk, seen: Survey, size: number): Promise<Survey> {
  if (!seen.outbox.some(isLeftHeld)) return seen;
  const survey = await see(desk);
  // After the outbox was read: what another worker has begun since is no matter of this pass.
  const causes = await stillPending(desk, survey, size);
  for (const { id } of survey.requests) causes.add(requestCause(id));
  await carryOut(desk, survey, await planHeld(desk, survey, { pending: causes }));
  return survey;
}

/** Identities. What is stuck in the inbox has been filed all the same, and nothing more will be done about it. */
async function stillPending(desk: WorkingDesk, survey: Survey, size: number): Promise<Set<string>> {
  const mail = new PendingMail(desk, await findPlaces(desk, adoptionOf(survey)), { size });
  const identities = new Set<string>();
  for await (const window of mail.all())
    for (const { facts } of window) if (!isStuck(survey, facts)) identities.add(facts.identity);
  return identities;
}

/** Tells what alerts have to tell. What the mailbox refuses for it must keep no mail from going out. */
async function alarm(desk: WorkingDesk, survey: Survey, size: number): Promise<void> {
  await unlessRefused(
    desk,
    async () => {
      const waiting = await planWaiting(desk, survey);
      await carryOut(desk, survey, waiting);
      const seen = waiting.entries === undefined ? survey : { ...survey, ...(await readAlerts(desk)) };
      await tellAlerts(desk, seen, () => stillPending(desk, survey, size));
    },
    'no alerts',
  );
}

function isLeftHeld({ held, stage }: OutboxCopy): boolean {
  return held && stage !== null && !isDrag(stage.cause) && !isRefusal(stage.cause);
}

/** What is left in the inbox, and the newest of what came while the pass was at work. */
async function arrivals(
  desk: WorkingDesk,
  { sight, seen }: Filed,
): Promise<{ readonly pending: number; readonly arrived: number | null }> {
  const places = await findPlaces(desk, adoptionOf(sight.survey));
  const fresh = places.uids.filter((uid) => !seen.has(uid));
  const isPlain = places.rule.byDatesFrom === null;
  const come =
    isPlain || fresh.length === 0 ? fresh : (await readPending(desk, places, fresh)).map(({ uid }) => uid);
  const pending = isPlain
    ? places.uids.length
    : await new PendingMail(desk, places, { size: sight.mail.size }).count();
  return { pending, arrived: come.length === 0 ? null : Math.max(...come) };
}

async function readOutboxAgain(desk: WorkingDesk, survey: Survey): Promise<Survey['outbox']> {
  const { copies, voided } = await readOutbox(desk);
  await carryOut(desk, survey, { removed: voided });
  return copies;
}

/**
 * The summary of Review, and what is due at a time of the day. What cannot be read or written for them must keep no other mail
 * from going out: the next pass tries again.
 */
async function summarise(desk: WorkingDesk, survey: Survey, summary: Effects | null): Promise<boolean> {
  const isWritten =
    summary !== null && (await unlessRefused(desk, () => carryOut(desk, survey, summary))) !== null;
  const done = await unlessRefused(desk, () => doRoutines(desk, survey), 'no digest or reminder');
  return isWritten && done !== null;
}

async function unlessRefused<T>(
  desk: WorkingDesk,
  work: () => Promise<T>,
  what = 'no summary of what went to review',
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || !['imap-refused', 'imap-not-stored'].includes(error.code)) throw error;
    desk.log.warn({ code: error.code }, `${what}: ${error.message}`);
    return null;
  }
}

/** A folder that cannot be read must not keep the desk from its own work: the next pass tries again. */
async function watchSent(desk: WorkingDesk, known: Survey): Promise<boolean> {
  try {
    for await (const { survey, effects } of planSent(desk, known)) await carryOut(desk, survey, effects);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Somebody has renamed it: a list that has changed makes the store ask anew which one it is.
    if (error.code === 'imap-folder-missing') await desk.store.folders();
    desk.log.warn({ code: error.code }, `the folder of sent mail could not be looked at: ${error.message}`);
    return false;
  }
}
