/** An attempt at each pending message that the server lists and cannot read, until it is given up. */
import { doneWith, type Effects } from '../effects/effects.js';
import { attemptsOver, failedOnce, MAX_ATTEMPTS, waitsForReading } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { CANNOT_BE_READ, isUnreadable } from '../workplace/unreadable.js';

/** `pending` is what is to be filed in this pass. */
export function planUnread(
  desk: Desk,
  survey: Survey,
  pending: readonly Pending[],
): { readonly pending: readonly Pending[]; readonly effects: Effects } {
  // What can be read by now is known by its own identity, and begins anew.
  const here = new Set(pending.map(({ facts }) => facts.identity));
  const over = attemptsOver(survey, (identity) => isUnreadable(identity) && !here.has(identity));
  const waiting = pending.filter((one) => waitsForReading(survey, one));
  for (const { uid } of waiting)
    desk.log.error(
      { uid },
      `the server cannot read a message; after ${MAX_ATTEMPTS} attempts, a minute apart, it goes to review`,
    );
  const entries = waiting.flatMap(({ facts }) => failedOnce(desk, survey, { facts, why: CANNOT_BE_READ }));
  return {
    pending: pending.filter((one) => !waiting.includes(one)),
    effects: { entries, done: doneWith(over) },
  };
}
