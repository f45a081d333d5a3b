/**
 * Which tickets an import makes, with which numbers, and what of them is there already. Pure. The same source gives the same plan
 * again, whatever of it was done: messages that the register knows are in the ticket that it says.
 */
import { MAX_NUMBER } from '../desk/sign/ticket-address.js';
import type { ListedTicket } from '../mbox/list.js';
import { EXIT, Problem } from '../problem/problem.js';
import { afterwards, erasedIn, type MetErased, mergedIn, withoutErased } from './erased.js';
import { type Known, ticketOf } from './known.js';
import type { Outlined } from './outline.js';
import type { OutlinedGroup, PlannedTicket } from './planned-ticket.js';
import { byArrival, threadsOf } from './threads.js';

export interface ImportPlan {
  readonly tickets: readonly PlannedTicket[];
  /** One less than the next number. */
  readonly highest: number;
  /** Messages that are there a second time, or that the register gives to another ticket. */
  readonly elsewhere: number;
  readonly erased: readonly MetErased[];
}

export function planImport(
  groups: readonly OutlinedGroup[],
  known: Known,
  options: { readonly renumber: boolean; readonly highest: number; readonly isOurs: boolean },
): ImportPlan {
  const parted = groups.filter(({ messages, listed }) => messages.length > 0 || listed !== null);
  const numbered = parted.filter(({ ticket }) => ticket !== null);
  const loose = threadGroups(parted.filter(({ ticket }) => ticket === null));
  const { kept: all, met } = withoutErased([...numbered, ...loose], known, options);
  const placed = all.map((group) => ({ group, number: numberOf(group, known) }));
  if (!options.renumber)
    refuseTaken(placed.flatMap(({ group, number }) => (number === 'taken' ? [group] : [])));
  const given = all.flatMap(({ ticket, listed }) => [ticket ?? 0, ...mergedIn(listed)]);
  let highest = given.reduce((most, one) => Math.max(most, one), Math.max(known.highest, options.highest));
  const taken = new Set<string>();
  let elsewhere = 0;
  const tickets = placed.flatMap(({ group, number }): PlannedTicket[] => {
    const isNumbered = typeof number === 'number';
    const ours = new Set([number, ...mergedIn(group.listed)]);
    const messages = once(group.messages, taken, (one) => {
      const there = ticketOf(known, one.identities);
      return !isNumbered || there === null || ours.has(there);
    });
    elsewhere += group.messages.length - messages.length;
    if (messages.length === 0 && group.listed === null) return [];
    const own = isNumbered ? number : ++highest;
    return [{ ...group, number: own, was: group.ticket, isThere: known.roots.has(own), messages }];
  });
  if (highest > MAX_NUMBER) throw noNumberLeft();
  return { tickets, highest, elsewhere, erased: met.map((one) => afterwards(one, tickets)) };
}

function threadGroups(loose: readonly OutlinedGroup[]): readonly OutlinedGroup[] {
  const states = new Map(
    loose.flatMap(({ state, messages }) => messages.map((one) => [one, state] as const)),
  );
  return threadsOf(loose.flatMap(({ messages }) => messages)).map((messages) => ({
    ticket: null,
    listed: null,
    messages,
    state: messages.some((one) => states.get(one) === 'open') ? 'open' : 'archived',
  }));
}

/** The number that it has, or gets; `new` for the next one, `taken` where its own is another ticket's. */
function numberOf(group: OutlinedGroup, known: Known): number | 'new' | 'taken' {
  const identities = new Set(group.messages.flatMap((one) => one.identities));
  if (group.listed !== null) identities.add(group.listed.root);
  const { ticket, listed } = group;
  if (erasedIn(group, known) !== null) return byMessages(group.messages, known) ?? 'new';
  const root = ticket === null ? undefined : known.roots.get(ticket);
  if (ticket !== null && root !== undefined && identities.has(root)) return known.merges.endOf(ticket);
  const there = byMessages(group.messages, known);
  if (there !== null) return there;
  if (ticket === null) return 'new';
  return root === undefined && mayMerge(listed, known) ? ticket : 'taken';
}

/** The ticket of the earliest message that the register knows. */
function byMessages(messages: readonly Outlined[], known: Known): number | null {
  for (const { identities } of [...messages].sort(byArrival)) {
    const there = ticketOf(known, identities);
    if (there !== null) return there;
  }
  return null;
}

/** Whether the numbers that were merged into a ticket are free, or are these very tickets. */
function mayMerge(listed: ListedTicket | null, { roots }: Known): boolean {
  return (listed?.merged ?? []).every(({ ticket, root }) => (roots.get(ticket) ?? root) === root);
}

function once(
  messages: readonly Outlined[],
  taken: Set<string>,
  isWanted: (message: Outlined) => boolean,
): readonly Outlined[] {
  const own: Outlined[] = [];
  for (const message of [...messages].sort(byArrival)) {
    if (message.identities.some((identity) => taken.has(identity)) || !isWanted(message)) continue;
    for (const identity of message.identities) taken.add(identity);
    own.push(message);
  }
  return own;
}

function noNumberLeft(): Problem {
  return new Problem(
    'no-number-left',
    `the tickets would get numbers beyond ${MAX_NUMBER}, and there are none. Nothing was imported`,
    { exitCode: EXIT.usage },
  );
}

const MAX_NAMED = 10;

function refuseTaken(groups: readonly OutlinedGroup[]): void {
  if (groups.length === 0) return;
  const named = groups.slice(0, MAX_NAMED).map(({ ticket }) => ticket);
  const more = groups.length > MAX_NAMED ? ` and ${groups.length - MAX_NAMED} more` : '';
  throw new Problem(
    'import-taken',
    `these numbers are other tickets of the desk already: ${named.join(', ')}${more}. Nothing was imported; --renumber gives them new numbers`,
    { exitCode: EXIT.usage },
  );
}
