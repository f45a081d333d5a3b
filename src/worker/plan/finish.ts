/** Finishes what a dead worker left under way: the messages follow the entry (see `transition.ts`). */

import { clearUnderWay, endTransition, moveMessages } from '../effects/transition.js';
import { type ArchiveView, locateArchived } from '../sight/archive.js';
import { isUnderWay, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

/**
 * Answers whether anything was moved, so that the survey is no longer true. A new ticket whose first message is
 * still pending is left to the filing of that message.
 */
export async function finishUnderWay(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: ReadonlySet<string> },
): Promise<boolean> {
  let moved = false;
  for (const record of [...survey.records.values()].filter(isUnderWay)) {
    if (survey.ledger.endOf(record.number) !== record.number) continue;
    const filed = survey.open.some(({ facts }) => facts.identity === record.rootIdentity);
    // A server without MOVE may have left the root in both folders: then it is filed, and what is pending is its twin.
    if (seen.pending.has(record.rootIdentity) && !filed) continue;
    desk.log.info({ ticket: record.number }, 'finishing a transition that was left under way');
    const to = stateOf(record);
    const elsewhere =
      to === 'archived'
        ? survey.open.filter(({ ticket }) => ticket === record.number)
        : await locateArchived(desk, survey, record.number);
    const went = await moveMessages(desk, elsewhere, to);
    const done = { number: record.number, to, archive: seen.archive, moved: went, complete: false };
    await endTransition(desk, survey, done);
    await clearUnderWay(desk, survey, [record.number]);
    moved ||= went.length > 0;
  }
  return moved;
}
