/** Tells staff of mail to people outside that the mail server has refused for good: nobody may believe it arrived. */
import type { Stage } from '../desk/staging.js';
import { writeSummary } from '../desk/summary.js';
import type { Desk } from './desk.js';

/**
 * People's words, and what answers them. A refused acknowledgement is only logged and lies in Review, since forged
 * senders would make a storm of it; of refused mail to staff, staff could not be told either.
 */
const TOLD = new Set<Stage['purpose']>(['relay', 'confirmation']);

export async function tellOfRefused(desk: Desk, refused: readonly Stage[]): Promise<void> {
  const { policy, folders, store } = desk;
  for (const { purpose, ticket, to, cause } of refused) {
    if (!TOLD.has(purpose) || ticket === null || to === null) continue;
    const summary = {
      policy,
      now: desk.now(),
      cause: `refused ${purpose} ${to} ${cause}`,
      subject: { name: 'subject-not-delivered' as const, values: { number: ticket } },
      text: 'not-delivered' as const,
      variables: { number: ticket, to, folder: folders.review },
    };
    for (const { raw } of writeSummary(summary)) await store.append(folders.outbox, raw, ['\\Seen']);
  }
}
