/** What a drain makes of what the mail server has refused: while it goes on, and once nothing more is sent. */
import type { BrokenAtLetter, MailRefusal } from '../../delivery/refusal.js';
import type { Problem } from '../../problem/problem.js';
import { historyIn, isNews, waitingSince } from '../sight/letter-history.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { answerOf, type Doubt } from './brake.js';
import { judgeBroken } from './broken-line.js';
import { type Draining, putDown } from './draining.js';
import { recentRefusals } from './recent-refusals.js';
import { isGivenUp, type RefusedLetter } from './refused.js';

/** As long as mail servers usually try (RFC 5321 §4.5.4.1). */
const GIVE_UP_MS = 5 * 86_400_000;

/** Refusals of letters that were in hand together. */
export function tellBrake(
  draining: Draining,
  refused: readonly { readonly letter: Letter; readonly refusal: MailRefusal }[],
): void {
  for (const { letter, refusal } of refused) {
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
  if (refused.length > 1) draining.brake.wereTogether();
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

/** What a letter passes on is not there as it was: it goes to Review when the group is put away. */
export function putAside({ desk, refusals }: Draining, letter: Letter): void {
  const why = 'the message that it passes on is no longer with its ticket as it was';
  const { uid, stage } = letter;
  desk.log.error({ uid, ticket: stage.ticket, purpose: stage.purpose }, `a letter goes to review: ${why}`);
  refusals.push({ copy: letter, because: { kind: 'original-gone' }, why });
}

/** What was taken is marked before anything else is written. Answers what keeps mail waiting. */
export async function concludeBroken(
  draining: Draining,
  broken: readonly { readonly letter: Letter; readonly broken: BrokenAtLetter }[],
  stopped: Problem,
): Promise<Problem | null> {
  const { desk, survey, brake, histories } = draining;
  await putDown(draining);
  let given = 0;
  for (const one of broken) {
    const history = historyIn(histories, one.letter.messageId);
    const letter = await judgeBroken(desk, survey, { ...one, history, hasTaken: brake.hasTaken });
    if (letter === null) continue;
    draining.refusals.push(letter);
    given += 1;
  }
  await putDown(draining);
  const isOver = given > 0 && given === broken.length && broken.some((one) => one.broken === stopped);
  return isOver && draining.waiting.length === 0 ? null : stopped;
}

/** What the refusals mean, now that nothing more is sent. Answers what keeps mail waiting. */
export async function conclude(draining: Draining): Promise<Problem | null> {
  const { desk, survey, brake } = draining;
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
