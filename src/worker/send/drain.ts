/**
 * Sends what lies in the outbox, is not held, and was staged by this desk. A copy that belongs to its ticket then
 * moves to where that ticket is; every other one is marked `\Answered` and stays until the limits' window is over.
 *
 * A copy is marked after the server has taken the message, so a worker that dies between the two sends it again,
 * under the same Message-ID. Marks are made for a few messages at a time, which bounds how many that can be.
 *
 * What a refusal means is for `brake.ts`; what becomes of a refused letter is in `refused.ts`.
 */
import { BrokenAtLetter, type MailRefusal } from '../../delivery/refusal.js';
import { keptInTicket } from '../../desk/letters/staging.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { ArchiveView } from '../sight/archive.js';
import {
  type History,
  historiesOver,
  historyIn,
  isNews,
  knownOf,
  readHistories,
  retryEntry,
  takenAtLast,
  waitingSince,
} from '../sight/letter-history.js';
import { resolveMerges, type Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { isLetter, type Letter } from '../workplace/outbox-copy.js';
import { answerOf, Brake, type Doubt } from './brake.js';
import { deferralOf, judgeBroken } from './broken-line.js';
import { type Dispatched, dispatch } from './dispatch.js';
import { putLast, sendLast } from './letter-order.js';
import { type Done, flagSent, flagUnderWay, leftBehind, putAway, unflagged, wipeCopies } from './put-away.js';
import { recentRefusals } from './recent-refusals.js';
import { dropNewsOf, isGivenUp, type RefusedLetter, setAside, settleNews } from './refused.js';
import { takenLetters } from './taken.js';
import { LetterTexts } from './unread-letters.js';

export interface DrainOutcome {
  readonly sent: number;
  readonly refused: number;
  /** What stopped it, or keeps mail waiting: the server can't be reached, takes nothing now, or refuses all of it. */
  readonly stopped: Problem | null;
}

/** At most this many messages are sent again after a crash. */
const MARKED_TOGETHER = 5;
/** As long as mail servers usually try (RFC 5321 §4.5.4.1). */
const GIVE_UP_MS = 5 * 86_400_000;

interface Draining {
  readonly desk: WorkingDesk;
  readonly survey: Survey;
  readonly archive: ArchiveView;
  readonly brake: Brake<Letter>;
  readonly histories: Map<string, History>;
  /** Message-IDs that the server has taken in an earlier pass, though they are not marked so. */
  readonly taken: ReadonlySet<string>;
  readonly waiting: Letter[];
  readonly texts: LetterTexts;
  /** UIDs that are marked as under way. */
  readonly underWay: Set<number>;
  group: Done[];
  refusals: RefusedLetter[];
  sent: number;
  refused: number;
}

export async function drain(desk: WorkingDesk, survey: Survey, archive: ArchiveView): Promise<DrainOutcome> {
  await settleNews(desk, survey);
  await wipeCopies(desk, survey);
  const waiting = survey.outbox.filter(isLetter).filter(({ held }) => !held);
  const left = await leftBehind(desk);
  const taken = await takenLetters(desk, survey);
  await resolveTickets(desk, survey, [...waiting, ...left.map(({ copy }) => copy)]);
  await putAway(desk, survey, { archive, group: left });
  const histories = new Map(await readHistories(desk, survey, waiting));
  await carryOut(desk, survey, historiesOver(desk, survey, waiting));
  putLast(waiting, histories);
  sendLast(desk, survey, waiting);
  const brake = new Brake<Letter>();
  const texts = new LetterTexts();
  const sums = { underWay: new Set<number>(), group: [], refusals: [], sent: 0, refused: 0 };
  const draining: Draining = { desk, survey, archive, brake, histories, taken, waiting, texts, ...sums };
  const broken = await sendAll(draining);
  const stopped = await conclude(draining, broken);
  draining.refused += await texts.giveUp(desk, survey, histories);
  await carryOut(desk, survey, { flags: [unflagged(desk, [...draining.underWay])] });
  await wipeCopies(desk, survey);
  return { sent: draining.sent, refused: draining.refused, stopped: stopped ?? texts.problem(desk) };
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

/** Returns what stopped it; problems of the mailbox are not ours to swallow. */
async function sendAll(draining: Draining): Promise<Problem | null> {
  const { desk, survey, brake, waiting } = draining;
  let letter: Letter | undefined;
  try {
    while (waiting.length > 0 && !brake.stops && !desk.signal.aborted) {
      const at = brake.next(waiting, ({ stage }) => stage.to, desk.now());
      [letter] = waiting.splice(at, 1);
      if (letter !== undefined) await sendOne(draining, letter);
      if (draining.group.length >= MARKED_TOGETHER) await putDown(draining);
    }
    await putDown(draining);
    return null;
  } catch (error) {
    if (error instanceof BrokenAtLetter && letter !== undefined) return brokeAt(draining, letter, error);
    if (error instanceof Problem && error.code.startsWith('smtp-')) return error;
    await flagSent(desk, survey, draining.group);
    throw error;
  }
}

/** What was taken is marked before anything else is written. */
async function brokeAt(draining: Draining, letter: Letter, broken: BrokenAtLetter): Promise<Problem | null> {
  const { desk, survey, brake, histories } = draining;
  await putDown(draining);
  const history = historyIn(histories, letter.messageId);
  const given = await judgeBroken(desk, survey, { letter, broken, history, hasTaken: brake.hasTaken });
  if (given === null) return broken;
  draining.refusals.push(given);
  return draining.waiting.length === 0 ? null : broken;
}

async function sendOne(draining: Draining, letter: Letter): Promise<void> {
  const { desk, survey, brake, taken, histories } = draining;
  const { messageId } = letter;
  const known = await knownOf(desk, survey, { messageId, taken, histories });
  if (known === 'came-back' && messageId !== null) await beginAnew(draining, messageId);
  if (known !== 'taken') await prepare(draining, letter);
  const putOff = (error: unknown): Dispatched =>
    deferralOf(survey, letter, { error, hasTaken: brake.hasTaken });
  const dispatched = known === 'taken' ? known : await dispatch(desk, letter, draining.texts).catch(putOff);
  const done = doneAs(dispatched);
  if (done !== null) {
    draining.group.push({ copy: letter, outcome: done });
    if (done === 'unsigned') draining.refused += 1;
  }
  if (dispatched === 'sent') {
    draining.sent += 1;
    brake.taken();
  } else if (typeof dispatched === 'object') refusedOne(draining, letter, dispatched);
}

/** A person has put it back into the outbox. */
async function beginAnew({ desk, survey, histories }: Draining, id: string): Promise<void> {
  await carryOut(desk, survey, { entries: [retryEntry(desk, id)] });
  histories.set(id, { ...historyIn(histories, id), retriedAt: desk.now() });
}

/** Nothing is sent that cannot be marked: it would be sent again, at every pass. */
async function prepare({ desk, survey, waiting, underWay }: Draining, letter: Letter): Promise<void> {
  if (underWay.has(letter.uid) || letter.stage.to === null || desk.hold) return;
  const group = [letter, ...waiting.filter(({ stage }) => stage.to !== null).slice(0, MARKED_TOGETHER - 1)];
  await flagUnderWay(desk, survey, group);
  for (const { uid } of group) underWay.add(uid);
}

function doneAs(dispatched: Dispatched | 'taken'): Done['outcome'] | null {
  if (dispatched === 'held' || dispatched === 'gone' || dispatched === 'unread') return null;
  return typeof dispatched === 'object' ? null : dispatched;
}

function refusedOne(draining: Draining, letter: Letter, refusal: MailRefusal): void {
  const { desk, brake } = draining;
  const doubt: Doubt<Letter> = { letter, to: letter.stage.to ?? '', refusal };
  const fields = fieldsOf(doubt);
  if (refusal.code === 'smtp-deferred') {
    desk.log.info(fields, 'the mail server takes a message later; it waits in the outbox');
    brake.deferred(doubt);
  } else if (refusal.code === 'smtp-refused') {
    desk.log.info(fields, 'the mail server refuses a message; it waits for what becomes of other mail');
    brake.refused(doubt);
  } else believe(draining, [doubt]);
}

function fieldsOf({ letter: { uid, stage }, refusal }: Doubt<Letter>): object {
  return { uid, ticket: stage.ticket, purpose: stage.purpose, code: refusal.code };
}

/** They go to Review when the group is put away. */
function believe({ desk, refusals }: Draining, doubts: readonly Doubt<Letter>[]): void {
  for (const doubt of doubts) {
    const { message: why, because } = doubt.refusal;
    desk.log.error(
      { ...fieldsOf(doubt), why },
      'the mail server refuses a message for good; it goes to review',
    );
    refusals.push({ copy: doubt.letter, because, why });
  }
}

/** Marks what was sent, and puts refused letters aside. */
async function putDown(draining: Draining): Promise<void> {
  const { desk, survey, archive, group, refusals, underWay } = draining;
  draining.group = [];
  draining.refusals = [];
  const sent = group.filter(({ outcome }) => outcome === 'sent' || outcome === 'taken');
  const copies = sent.map(({ copy }) => copy);
  await dropNewsOf(desk, survey, copies);
  await flagSent(desk, survey, sent);
  for (const { copy } of [...group, ...refusals]) underWay.delete(copy.uid);
  await putAway(desk, survey, { archive, group });
  const known = sent.flatMap(({ copy }) => copy.messageId ?? []);
  const atLast = known.filter((id) => historyIn(draining.histories, id).refusedBecause !== null);
  await carryOut(desk, survey, { entries: takenAtLast(atLast) });
  draining.refused += refusals.length;
  await setAside(desk, survey, refusals);
}

/** What the refusals mean, now that nothing more is sent. Answers what keeps mail waiting. */
async function conclude(draining: Draining, stopped: Problem | null): Promise<Problem | null> {
  const { desk, survey, brake } = draining;
  if (stopped !== null || desk.signal.aborted) {
    // There was no end to compare by: whatever was refused is tried again.
    await putDown(draining);
    return stopped;
  }
  const earlier = brake.asksForEarlier ? await recentRefusals(desk, survey) : [];
  const { believed, held, alone, late, problem } = brake.verdict(earlier);
  const overdue = brake.hasTaken ? held.filter((one) => isOverdue(draining, one)) : [];
  believe(draining, [...believed, ...overdue]);
  const given = await afterAttempts(draining, alone);
  draining.refusals.push(...given, ...tooLate(draining, late));
  const kept = held.filter((one) => !overdue.includes(one));
  // They go last from now on, so that those whose mail is taken get theirs.
  if (brake.hasTaken) await noteHeld(draining, kept);
  await putDown(draining);
  const judged = alone.length + held.length;
  const isOver = judged > 0 && judged === given.length + overdue.length && draining.waiting.length === 0;
  return isOver ? null : problem;
}

async function noteHeld(
  { desk, survey, histories }: Draining,
  held: readonly Doubt<Letter>[],
): Promise<void> {
  for (const { letter, refusal } of held) {
    const { messageId: id } = letter;
    const history = historyIn(histories, id);
    if (id !== null && history.attempts === 0)
      await isGivenUp(desk, survey, { id, history, why: refusal.message });
  }
}

async function afterAttempts(
  draining: Draining,
  alone: readonly Doubt<Letter>[],
): Promise<readonly RefusedLetter[]> {
  const { desk, survey, histories } = draining;
  const given: RefusedLetter[] = [];
  for (const { letter, refusal } of alone) {
    const { messageId: id, stage } = letter;
    if (id === null || isNews(stage)) continue;
    const why = refusal.message;
    const history = historyIn(histories, id);
    if (!(await isGivenUp(desk, survey, { id, history, why }))) continue;
    desk.log.error(
      { uid: letter.uid, why },
      'the mail server refuses a message again and again; it goes to review',
    );
    given.push({ copy: letter, because: refusal.because, why });
  }
  return given;
}

function tooLate(draining: Draining, late: readonly Doubt<Letter>[]): readonly RefusedLetter[] {
  const overdue = late.filter((one) => isOverdue(draining, one));
  return overdue.map(({ letter, refusal }): RefusedLetter => {
    const answer = answerOf(refusal);
    draining.desk.log.error(
      { uid: letter.uid, answer },
      'the mail server has put a message off for days; it goes to review',
    );
    return { copy: letter, because: { kind: 'late', answer }, why: `put off for days: ${refusal.message}` };
  });
}

/** Whether a letter has waited for so long that it is given up, where the server takes others. */
function isOverdue({ desk, histories }: Draining, { letter }: Doubt<Letter>): boolean {
  const since = waitingSince(letter, historyIn(histories, letter.messageId));
  return desk.now().getTime() - since.getTime() >= GIVE_UP_MS;
}
