/**
 * What an import does where it meets numbers of tickets that were erased here. A number that was erased is never given again: the
 * signed addresses that its people still have would open somebody else's ticket. And mail that was erased does not come back:
 * nothing is left that tells its messages, so a number, a list of this very desk, or the desk's own signature has to tell them.
 */
import type { ListedTicket } from '../mbox/list.js';
import type { Known } from './known.js';
import type { OutlinedGroup, PlannedTicket } from './planned-ticket.js';

export interface MetErased {
  readonly number: number;
  readonly at: Date;
  /** A list of this desk says so, or a signature: it is the mail that was erased, and no other ticket with that number. */
  readonly isSame: boolean;
  /** Under which number it is brought nevertheless; null where it is left out. */
  readonly now: number | null;
}

type Met = MetErased & { readonly group: OutlinedGroup };

export function withoutErased(
  groups: readonly OutlinedGroup[],
  known: Known,
  options: { readonly renumber: boolean; readonly isOurs: boolean },
): { readonly kept: readonly OutlinedGroup[]; readonly met: readonly Met[] } {
  const kept: OutlinedGroup[] = [];
  const met: Met[] = [];
  for (const group of groups) {
    const proven = provenErased(group, known);
    const number = group.ticket === null ? proven : erasedIn(group, known);
    const at = known.erased.get(number ?? 0);
    const isSame = options.isOurs || proven !== null;
    if (number !== null && at !== undefined) met.push({ number, at, isSame, now: null, group });
    if (number === null || (options.renumber && !isSame)) kept.push(group);
  }
  return { kept, met };
}

/** With the number that it has got, if it is brought. */
export function afterwards({ group, ...met }: Met, tickets: readonly PlannedTicket[]): MetErased {
  const planned = tickets.find(({ was }) => was !== null && was === group.ticket);
  return { ...met, now: planned?.number ?? null };
}

/** The erased number that a group has, or that was merged into it. */
export function erasedIn({ ticket, listed }: OutlinedGroup, { erased }: Known): number | null {
  const numbers = ticket === null ? [] : [ticket, ...mergedIn(listed)];
  return numbers.find((number) => erased.has(number)) ?? null;
}

/** An erased ticket, where signatures of this desk name no other one. */
function provenErased({ messages }: OutlinedGroup, { erased }: Known): number | null {
  const proven = messages.flatMap((message) => message.proven);
  const [first = null] = proven;
  return proven.every((number) => erased.has(number)) ? first : null;
}

export function mergedIn(listed: ListedTicket | null): readonly number[] {
  return (listed?.merged ?? []).map(({ ticket }) => ticket);
}
