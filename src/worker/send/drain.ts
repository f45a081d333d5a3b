/**
 * Sends what lies in the outbox, is not held, and was staged by this desk. A copy that belongs to its ticket then
 * moves to where that ticket is; every other one is marked `\Answered` and stays until the limits' window is over.
 *
 * A copy is marked after the server has taken the message, so a worker that dies between the two sends it again,
 * under the same Message-ID. How many that can be at most: `hand-over.ts`.
 *
 * What a refusal means is for `brake.ts`; what becomes of a refused letter is in `refused.ts`.
 */
import { keptInTicket, rowOf } from '../../desk/letters/staging.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import type { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { ArchiveView } from '../sight/archive.js';
import { historiesOver, readHistories } from '../sight/letter-history.js';
import { resolveMerges, type Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { isLetter, type Letter } from '../workplace/outbox-copy.js';
import { sentBefore } from './alert-mail.js';
import { beginDraining, type Draining, putDown } from './draining.js';
import { handOver } from './hand-over.js';
import { putLast, sendLast } from './letter-order.js';
import { flagSent, leftBehind, putAway, unflagged, wipeCopies } from './put-away.js';
import { conclude, concludeBroken } from './refusals.js';
import { settleNews } from './refused.js';
import { takenLetters } from './taken.js';

export interface DrainOutcome {
  readonly sent: number;
  readonly refused: number;
  /** What stopped it, or keeps mail waiting: the server can't be reached, takes nothing now, or refuses all of it. */
  readonly stopped: Problem | null;
}

export async function drain(desk: WorkingDesk, survey: Survey, archive: ArchiveView): Promise<DrainOutcome> {
  const isFirst = !desk.cache.copiesWiped;
  await settleNews(desk, survey);
  const all = survey.outbox.filter(isLetter).filter(({ held }) => !held);
  const kept = await withoutRepeats(desk, survey, { archive, letters: all });
  const waiting = all.filter((letter) => kept.has(letter));
  const left = await leftBehind(desk, survey.leftBehind);
  const taken = await takenLetters(desk, survey);
  await resolveTickets(desk, survey, [...waiting, ...left.map(({ copy }) => copy)]);
  const movedTo = await putAway(desk, survey, { archive, group: left });
  const histories = new Map(await readHistories(desk, survey, waiting));
  await carryOut(desk, survey, historiesOver(desk, survey, waiting));
  putLast(waiting, histories);
  sendLast(desk, survey, waiting);
  const draining = beginDraining({ desk, survey, archive, histories, taken, waiting });
  const stopped = await sendAll(draining);
  draining.refused += await draining.texts.giveUp(desk, survey, histories);
  await carryOut(desk, survey, { flags: [unflagged(desk, [...draining.underWay])] });
  await wipeCopies(desk, survey, { isFirst, movedTo: new Set([...movedTo, ...draining.movedTo]) });
  const { sent, refused, texts } = draining;
  return { sent, refused, stopped: stopped ?? texts.problem(desk) };
}

/**
 * What must not come twice does not go if it was sent before (the last command of a dead worker may have staged it once
 * more), nor if a dead worker has begun to send it: that one is taken for sent.
 */
async function withoutRepeats(
  desk: WorkingDesk,
  survey: Survey,
  { archive, letters }: { readonly archive: ArchiveView; readonly letters: readonly Letter[] },
): Promise<ReadonlySet<Letter>> {
  const once = letters.filter(({ stage }) => rowOf(stage).atMostOnce === true);
  if (once.length === 0) return new Set(letters);
  const sent = await sentBefore(
    desk,
    once.flatMap(({ messageId }) => messageId ?? []),
  );
  const repeats = once.filter(({ messageId }) => sent.has(messageId));
  const uids = repeats.map(({ uid }) => uid);
  await carryOut(desk, survey, { removed: [{ folder: desk.folders.outbox, uids }] });
  const begun = once.filter((letter) => letter.begun === true && !repeats.includes(letter));
  const group = begun.map((copy) => ({ copy, outcome: 'taken' as const }));
  if (group.length > 0)
    desk.log.error(
      { count: group.length },
      'a worker has died while it sent an SMS by mail: it is not sent twice',
    );
  await flagSent(desk, survey, group);
  await putAway(desk, survey, { archive, group });
  return new Set(letters.filter((letter) => !repeats.includes(letter) && !begun.includes(letter)));
}

/** A copy goes to where its ticket is by now, and that may have been merged into another. */
async function resolveTickets(desk: WorkingDesk, survey: Survey, copies: readonly Letter[]): Promise<void> {
  const numbers = copies.flatMap(({ stage }) =>
    stage.ticket !== null && keptInTicket(stage) ? [stage.ticket] : [],
  );
  const unsure = numbers.filter((number) => {
    const record = survey.ledger.records.get(number);
    return record === undefined || stateOf(record) === 'archived';
  });
  await resolveMerges(desk, survey, unsure);
}

/** Answers what keeps mail waiting. */
async function sendAll(draining: Draining): Promise<Problem | null> {
  const { stopped, broken } = await handOver(draining);
  if (stopped === null && !draining.desk.signal.aborted) return conclude(draining);
  if (stopped !== null && broken.length > 0) return concludeBroken(draining, broken, stopped);
  // There was no end to compare by: whatever was refused is tried again.
  await putDown(draining);
  return stopped;
}
