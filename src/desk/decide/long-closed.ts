/** How long ago a ticket's last word was: what comes late, or on weak evidence, does not reach that far back. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import type { Ticket } from '../ticket/ticket.js';

/** Where the configuration says nothing (`reopenWithin`). */
export const LONG_CLOSED_MS = 30 * 86_400_000;

function lastWord({ entry, messages }: Ticket): Date {
  const times = messages.map(({ facts }) => facts.receivedAt.getTime());
  return new Date(times.reduce((latest, time) => Math.max(latest, time), entry.opened.getTime()));
}

export function isOlderThan(ticket: Ticket, { receivedAt }: Facts, withinMs: number): boolean {
  return receivedAt.getTime() - lastWord(ticket).getTime() > withinMs;
}

/** How far back evidence reaches that is neither a mark of ours nor the id of a message that we hold. */
export function threadReachMs({ reopenWithinMs }: Pick<DeskPolicy, 'reopenWithinMs'>): number {
  return Math.min(reopenWithinMs ?? LONG_CLOSED_MS, LONG_CLOSED_MS);
}
