/** Letters that a person has put back into the outbox. */
import { KEPT_IN_TICKET, keptInTicket } from '../../desk/letters/staging.js';
import type { Flag } from '../../mailbox/store.js';
import type { Effects } from '../effects/effects.js';
import { historiesOf, historyIn } from '../sight/letter-history.js';
import type { Desk } from '../workplace/desk.js';
import { outboxCopyOf } from '../workplace/outbox-copy.js';

/**
 * Whoever has answered a letter in Review, or marked it there, has set flags that mean something else in the outbox: sent,
 * under way, held.
 */
export const MEANT_OTHERWISE: readonly Flag[] = ['\\Answered', '\\Draft', '\\Flagged'];

/**
 * Letters that a person has put back into the outbox after somebody had answered them in Review: they are not sent, though
 * their flag says so. The desk's own mark on a letter that belongs into its ticket never stands alone (`put-away.ts`).
 */
export async function planRecall(desk: Desk): Promise<Effects> {
  const { store, folders } = desk;
  const uids = await store.search(folders.outbox, {
    and: [
      { flag: '\\Answered', set: true },
      { flag: '\\Draft', set: false },
      { or: KEPT_IN_TICKET.map((purpose) => ({ header: 'X-Imapdesk-Stage', contains: purpose })) },
    ],
  });
  const found = uids.length === 0 ? [] : await store.fetch(folders.outbox, uids);
  const copies = found.map(outboxCopyOf).filter(({ stage }) => stage !== null && keptInTicket(stage));
  const ids = copies.flatMap(({ messageId }) => messageId ?? []);
  const histories = await historiesOf(desk, ids);
  const recalled = copies.filter(({ messageId }) => {
    const { refusedBecause, taken } = historyIn(histories, messageId);
    return refusedBecause !== null && !taken;
  });
  const again = { folder: folders.outbox, uids: recalled.map(({ uid }) => uid) };
  return { flags: [{ ...again, change: { remove: MEANT_OTHERWISE } }] };
}
