/** What is left of the tickets that were merged into one: whose people joined it, and what each of them was before. */
import type { Facts } from '../../message/facts/facts.js';
import type { Merge } from './merges.js';
import type { Ticket, TicketEntry } from './ticket.js';

/** What the ledger tells of the tickets that were merged. */
interface Members {
  own(number: number): Ticket | null;
  namedBy(facts: Facts): number | null;
}

/** A ticket with the messages of all that was merged into it, each with the number by which it belongs there. */
export function withMerged(ledger: Members, ticket: Ticket, merges: readonly Merge[]): Ticket {
  const { number } = ticket.entry;
  const merged = merges.flatMap(({ from, into, joinPeople }) => {
    const entry = ledger.own(from)?.entry;
    return entry === undefined ? [] : [{ entry, into, joinPeople }];
  });
  // A merge that is met in the middle of a pass has messages that were read before it.
  const others = merges.flatMap(({ from }) => ledger.own(from)?.messages ?? []);
  const messages = [...ticket.messages, ...others].map((message) => ({
    ...message,
    via: ledger.namedBy(message.facts) ?? number,
  }));
  if (others.length > 0) messages.sort((a, b) => a.facts.receivedAt.getTime() - b.facts.receivedAt.getTime());
  return { ...ticket, messages, merged };
}

const nothingMerged: NonNullable<Ticket['merged']> = [];

/** The ticket's own entry, and those of the tickets whose people joined it all the way. */
export function joinedEntries({ entry, merged = nothingMerged }: Ticket): readonly TicketEntry[] {
  const joined = [entry];
  // Each found one may bring others that were merged into it.
  for (const { number } of joined) {
    for (const one of merged) if (one.into === number && one.joinPeople) joined.push(one.entry);
  }
  return joined;
}

/** Whether a message opened the ticket, or one whose people joined it. */
export function isRootOf(ticket: Ticket, facts: Facts): boolean {
  return joinedEntries(ticket).some(({ rootIdentity }) => rootIdentity === facts.identity);
}

/** The numbers that stand for a ticket, or for a part of it: the given one, and what was merged into that. */
export function numbersOf({ merged = nothingMerged }: Ticket, number: number): ReadonlySet<number> {
  const numbers = new Set([number]);
  for (const known of numbers)
    for (const { entry, into } of merged) if (into === known) numbers.add(entry.number);
  return numbers;
}

/** From a number that was merged to the ticket that it stands for, both included. */
export function pathFrom({ merged = nothingMerged }: Ticket, number: number): readonly number[] {
  const path = [number];
  for (const known of path) {
    const next = merged.find(({ entry }) => entry.number === known)?.into;
    if (next !== undefined) path.push(next);
  }
  return path;
}

/** A ticket as it would be without having been merged into this one; null where no such ticket was. */
export function partOf(ticket: Ticket, number: number): Ticket | null {
  const { merged = nothingMerged, messages, entry } = ticket;
  if (number === entry.number) return ticket;
  const own = merged.find((one) => one.entry.number === number)?.entry;
  if (own === undefined) return null;
  const numbers = numbersOf(ticket, number);
  return {
    ...ticket,
    entry: own,
    messages: messages.filter(({ via }) => via !== undefined && numbers.has(via)),
    merged: merged.filter(({ into }) => numbers.has(into)),
  };
}
