/**
 * Mail to a ticket that was closed long ago (`reopenWithin`): it does not reopen that ticket but opens a new one, which
 * names the old one; while that new one is open, what else comes for the old one joins it.
 *
 * Without that setting only mail is late that comes to the ticket's address and is about something else: people keep the
 * address of an answer in their address books. It joins a ticket that follows the old one only if it is about that.
 */
import type { Facts } from '../../message/facts/facts.js';
import type { ThreadIndex } from '../../message/header/thread-index.js';
import type { Ledger } from '../ticket/ledger.js';
import { marks } from '../ticket/marks.js';
import type { Ticket } from '../ticket/ticket.js';
import { authorityOf } from './authority.js';
import { isOlderThan, LONG_CLOSED_MS } from './long-closed.js';
import { asksToClose, type TicketMatch } from './match.js';
import type { Question } from './question.js';
import { hasNewSubject, hasSubjectOf } from './ticket-subjects.js';

export interface LateMail {
  /** The open ticket that takes up the matter again; null for a new one. */
  readonly joins: number | null;
  readonly because: string;
}

/** Where late mail goes: to the open ticket that follows the one it names, or to a new one. null: it is not late. */
export function lateMail(question: Question, match: TicketMatch): LateMail | null {
  const { policy, ledger, facts } = question;
  const ticket = ledger.ticket(match.number);
  if (ticket === null || ticket.state === 'open' || facts.automatic !== null) return null;
  if (ledger.registeredTicket(facts.identity) !== null || !isLate(question, match, ticket)) return null;
  const { mayReopen, staff } = authorityOf(policy, ledger, { facts, match });
  if (!mayReopen || staff !== null) return null;
  if (asksToClose(policy, ledger, { facts, number: match.number })) return null;
  const because = `ticket ${match.number}, which it names, was closed too long ago to be reopened`;
  if (policy.reopenWithinMs !== null) return { joins: openSuccessor(ledger, match.number), because };
  const joins = openSuccessor(ledger, match.number, (one) => hasSubjectOf(policy, one, facts));
  return { joins, because: `${because} by mail that answers nothing and has a new subject` };
}

function isLate(question: Question, match: TicketMatch, ticket: Ticket): boolean {
  const { policy, facts } = question;
  if (policy.reopenWithinMs !== null) return isOlderThan(ticket, facts, policy.reopenWithinMs);
  return isOlderThan(ticket, facts, LONG_CLOSED_MS) && isNewMatter(question, match, ticket);
}

/** Nothing but the address speaks of the ticket. */
function isNewMatter(
  { policy, ledger, facts }: Question,
  { by, number }: TicketMatch,
  ticket: Ticket,
): boolean {
  if (by !== 'signed-address' && by !== 'address') return false;
  if (facts.references.length > 0 || !hasNewSubject(policy, ticket, facts)) return false;
  const { threadIndex } = facts;
  if (threadIndex !== undefined && ticket.messages.some((one) => isOfThread(one.facts, threadIndex)))
    return false;
  return !marks(policy, facts).some((mark) => mark.by === 'tag' && ledger.endOf(mark.number) === number);
}

function isOfThread({ threadIndex }: Facts, { conversation }: ThreadIndex): boolean {
  return threadIndex?.conversation === conversation;
}

/** The newest open ticket that takes up the matter of this one again; either may have been merged into another since. */
export function openSuccessor(
  ledger: Ledger,
  number: number,
  fits: (ticket: Ticket) => boolean = () => true,
): number | null {
  const end = ledger.endOf(number);
  const following = ledger.following.filter((ticket) => {
    const { entry, state, merged = [] } = ticket;
    const entries = [entry, ...merged.map((one) => one.entry)];
    const follows = entries.some(
      (one) => one.follows !== undefined && one.number > one.follows && ledger.endOf(one.follows) === end,
    );
    return state === 'open' && entry.number !== end && follows && fits(ticket);
  });
  return following.reduce<number | null>((newest, { entry }) => Math.max(newest ?? 0, entry.number), null);
}
