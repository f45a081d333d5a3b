/**
 * A letter at which the mail server breaks off: the line is cut, nothing is heard, or it says that it closes while it has
 * that letter in hand. That is the server's trouble until it is shown to be the letter's:
 *
 * - The drain ends there. The register notes the letter, so that any worker sends it last from then on, and alone. Of several
 *   that were in hand when the server broke off nobody knows which it was, so each is noted.
 * - Where the server takes others in a drain and breaks off at that one again, it is a failed attempt; after the last it
 *   goes to Review. Where nothing else is taken, it is none.
 * - Of several such letters another one is the first each minute, so that none is always behind a bad one.
 * - What the server would not begin for now (4xx to MAIL FROM, RFC 1870 §6.1) is put off like any other letter, once others
 *   are taken.
 */
import { BrokenAtLetter, type MailRefusal } from '../../delivery/refusal.js';
import { carryOut } from '../carry-out/carry-out.js';
import { brokenAt, brokenEntry, type History } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { isGivenUp, type RefusedLetter } from './refused.js';

/** Throws the error on, unless it puts off a letter at which the server stopped before while it takes others. */
export function deferralOf(
  survey: Survey,
  { messageId }: Letter,
  { error, hasTaken }: { readonly error: unknown; readonly hasTaken: boolean },
): MailRefusal {
  const deferral = error instanceof BrokenAtLetter ? error.deferral : null;
  if (deferral === null || !hasTaken || messageId === null || !brokenAt(survey).has(messageId)) throw error;
  return deferral;
}

/** Returns the letter if it is given up. */
export async function judgeBroken(
  desk: WorkingDesk,
  survey: Survey,
  at: {
    readonly letter: Letter;
    readonly broken: BrokenAtLetter;
    readonly history: History;
    /** Others, in this drain. */
    readonly hasTaken: boolean;
  },
): Promise<RefusedLetter | null> {
  const { letter, broken, history, hasTaken } = at;
  const { uid, messageId: id } = letter;
  const why = broken.message;
  if (id === null) return null;
  if (!brokenAt(survey).has(id)) {
    // A refused sender is told with what the pass ends with, and a second line would be a second mail from cron.
    const level = broken.code === 'smtp-unusable-sender' ? 'debug' : 'warn';
    desk.log[level]({ uid, why }, 'the mail server has broken off at a message; it is sent last from now on');
    await carryOut(desk, survey, { entries: [brokenEntry(desk, { id, why })] });
    return null;
  }
  if (!hasTaken || !(await isGivenUp(desk, survey, { id, history, why }))) return null;
  desk.log.error(
    { uid, why },
    'the mail server takes other mail and breaks off at a message again and again; it goes to review',
  );
  return { copy: letter, because: { kind: 'broken', answer: broken.answer }, why };
}
