/**
 * The link that an acknowledgement carries. It ends so long after the arrival of the mail that is acknowledged, and not after the
 * time of writing: a letter that is written again says the same.
 */
import type { DeskPolicy } from '../policy.js';
import { canEnd, linkToken, linkUrl } from '../sign/ticket-link.js';
import { requesterOutside } from '../ticket/participants.js';
import type { Occasion } from './row.js';

/** null where none is wanted, or the ticket could be shown to nobody. */
export function requesterLink(
  policy: DeskPolicy,
  { ticket, facts }: Pick<Occasion, 'ticket' | 'facts'>,
): string | null {
  const { linkInAcknowledgements: wanted } = policy;
  const requester = ticket === null ? null : requesterOutside(policy, ticket);
  if (wanted === null || ticket === null || requester === null) return null;
  const ends = Math.floor(facts.receivedAt.getTime() / 1000) + wanted.seconds;
  if (!canEnd(ends)) return null;
  return linkUrl(wanted.base, linkToken(policy, { number: ticket.entry.number, ends, requester }));
}
