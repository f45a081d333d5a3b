/** Tells staff of mail to people outside that the mail server has refused for good: nobody may believe it arrived. */
import type { Stage } from '../desk/staging.js';
import { writeSummary } from '../desk/summary.js';
import type { Desk } from './desk.js';

/** Refused mail to staff is only logged: they could not be told either. */
const TO_OUTSIDE = new Set<Stage['purpose']>(['acknowledgement', 'relay', 'confirmation']);

export async function tellOfRefused(desk: Desk, refused: readonly Stage[]): Promise<void> {
  const { policy, folders, store } = desk;
  for (const { purpose, ticket, to, cause } of refused) {
    if (!TO_OUTSIDE.has(purpose) || ticket === null || to === null) continue;
    const summary = {
      policy,
      now: desk.now(),
      cause: `refused ${purpose} ${to} ${cause}`,
      subject: `${policy.name}: mail about ticket ${ticket} was refused`,
      text: 'not-delivered' as const,
      variables: { number: ticket, to, folder: folders.review },
    };
    for (const { raw } of writeSummary(summary)) await store.append(folders.outbox, raw, ['\\Seen']);
  }
}
