/**
 * Mail to a ticket that was closed long ago (`reopenWithin`): it does not reopen that ticket but opens a new one, which
 * names the old one; while that new one is open, what else comes for the old one joins it.
 */
import { authorityOf } from './authority.js';
import type { Ledger } from './ledger.js';
import { asksToClose, type TicketMatch } from './match.js';
import type { Question } from './question.js';
import type { Ticket } from './ticket.js';

/** Where late mail goes: to the open ticket that follows the one it names, or to a new one. null: it is not late. */
export function lateMail(question: Question, match: TicketMatch): { readonly joins: number | null } | null {
  const { policy, ledger, facts } = question;
  const ticket = ledger.ticket(match.number);
  const within = policy.reopenWithinMs;
  if (within === null || ticket === null || ticket.state === 'open' || facts.automatic !== null) return null;
  if (ledger.registeredTicket(facts.identity) !== null) return null;
  if (facts.receivedAt.getTime() - lastWord(ticket).getTime() <= within) return null;
  const { mayReopen, staff } = authorityOf(policy, ledger, { facts, match });
  if (!mayReopen || staff !== null) return null;
  if (asksToClose(policy, ledger, { facts, number: match.number })) return null;
  return { joins: openSuccessor(ledger, match.number) };
}

/** The newest open ticket that takes up the matter of this one again; either may have been merged into another since. */
export function openSuccessor(ledger: Ledger, number: number): number | null {
  const end = ledger.endOf(number);
  const following = ledger.tickets.filter(({ entry, state, merged = [] }) => {
    const entries = [entry, ...merged.map((one) => one.entry)];
    const follows = entries.some(
      (one) => one.follows !== undefined && one.number > one.follows && ledger.endOf(one.follows) === end,
    );
    return state === 'open' && entry.number !== end && follows;
  });
  return following.reduce<number | null>((newest, { entry }) => Math.max(newest ?? 0, entry.number), null);
}

function lastWord({ entry, messages }: Ticket): Date {
  const times = messages.map(({ facts }) => facts.receivedAt.getTime());
  return new Date(times.reduce((latest, time) => Math.max(latest, time), entry.opened.getTime()));
}
