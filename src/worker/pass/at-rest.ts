/** Whether a pass leaves nothing behind that a later one would go on with by itself, without a change in the mailbox. */
import type { Backlog } from '../sight/backlog.js';
import { SILENT } from '../sight/silence.js';
import { live, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

/** What time alone brings is told to the cache (`FactsCache.waitFor`). */
export function isAtRest(
  desk: Desk,
  { survey, backlog }: { readonly survey: Survey; readonly backlog: Backlog },
): boolean {
  const { cache, folders, hold } = desk;
  const { pending, outbox } = backlog;
  // Mail that waits is tried again; held letters are settled, or wait for a minute to be over.
  if (pending > 0 || outbox.held > 0 || (outbox.length > 0 && !hold)) return false;
  const triedAgain = live(survey.attempts).some(({ identity }) => !identity.startsWith(SILENT));
  const { requests, merges, claims, voided } = survey;
  const left = requests.length + merges.length + claims.length + voided.flatMap(({ uids }) => uids).length;
  // Copies that were met twice are removed after a minute; flags that were left on sent mail are taken off.
  const undone = cache.twinsMet.size + cache.unreadableOutbox.length + Number(!cache.copiesWiped);
  if (triedAgain || left > 0 || undone > 0) return false;
  return !Object.values({ ...folders }).some((folder) => cache.hasUnreadable(folder));
}
