/** What a message may quote without a word of it being lost: mail of the desk, and of its ticket. */
import type { Thread } from '../../message/quotes/quotes.js';
import type { DeskPolicy } from '../policy.js';
import { isRootOf } from '../ticket/merged.js';
import type { Occasion } from './row.js';

/**
 * Only the desk is known by its name and address: what it sent is in the ticket. What somebody else wrote may never
 * have come here, so a quotation of theirs is known by its words alone.
 */
export function threadOf(policy: DeskPolicy, { decision, facts, ticket }: Occasion): Thread {
  const first = ticket === null || decision.kind === 'new' || isRootOf(ticket, facts);
  return { first, known: [policy.name, policy.address], earlier: null };
}
