/** Whose ticket it is: the outside people that take part in it, and who may bring in others. */
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { isDeskAddress, staffMemberOf } from '../sign/ticket-address.js';
import { signedRole } from './marks.js';
import { isRootOf, joinedEntries } from './merged.js';
import { type Reader, type ReadSoFar, readOn } from './read-on.js';
import type { Ticket, TicketEntry, TicketMessage } from './ticket.js';

/** Nobody is written to beyond this many people of one ticket. */
const MAX_PARTICIPANTS = 20;

/** What the messages looked at so far have told. */
interface People {
  readonly people: string[];
  /** A thread of thousands is mostly by the same few: whom it names is compared with care once, then by the letter. */
  readonly met: Set<string>;
  /** The ticket's own number, and those of the tickets whose people joined it. */
  readonly numbers: ReadonlySet<number>;
}

/**
 * The outside people of a ticket: the requester; whom the opening mail named in To and Cc; who wrote to a signed
 * address, and whom they, proven staff, people in the desk's own account, or participants with a DMARC pass named.
 * Nobody else joins by writing.
 */
export function participants(policy: DeskPolicy, ticket: Ticket): readonly string[] {
  const begin = (): People => {
    const joined = joinedEntries(ticket);
    const people = requesters(policy, joined);
    return { people, met: new Set(people), numbers: new Set(joined.map(({ number }) => number)) };
  };
  return readOn(peopleOf, { policy, ticket }, { begin, read: joinPeople }).people.slice();
}

const peopleOf: ReadSoFar<People> = new WeakMap();

function joinPeople(
  { people, met, numbers }: People,
  { facts, via }: TicketMessage,
  { policy, ticket }: Reader,
): void {
  // Who is named in a ticket that was merged without its people is no business of this one's.
  if (people.length >= MAX_PARTICIPANTS || (via !== undefined && !numbers.has(via))) return;
  const fresh = outsiders(policy, facts).filter((address) => !met.has(address));
  if (fresh.length === 0 || !bringsOthers(policy, ticket, { facts, people })) return;
  for (const address of fresh) {
    met.add(address);
    join(people, address);
  }
}

function join(people: string[], address: string): void {
  if (people.length < MAX_PARTICIPANTS && !people.some((known) => sameAddress(known, address)))
    people.push(address);
}

function requesters(policy: DeskPolicy, entries: readonly TicketEntry[]): string[] {
  const people: string[] = [];
  for (const { requester } of entries) {
    if (requester !== null && !isInside(policy, requester)) join(people, requester);
  }
  return people;
}

/** Facts never change, and every message of a ticket asks who takes part in it. */
const outsidersOf = new WeakMap<
  Facts,
  { readonly policy: DeskPolicy; readonly addresses: readonly string[] }
>();

/** The sender and whom To and Cc name, without the desk and staff; nobody where a machine wrote or may have written. */
export function outsiders(policy: DeskPolicy, facts: Facts): readonly string[] {
  const known = outsidersOf.get(facts);
  if (known?.policy === policy) return known.addresses;
  const silent = facts.automatic !== null || isCarried(facts) || isOwn(policy, facts);
  const named = [facts.sender.address, ...facts.toAndCc.map(({ address }) => address)];
  const addresses = silent ? [] : named.flatMap((one) => (one === null || isInside(policy, one) ? [] : one));
  outsidersOf.set(facts, { policy, addresses });
  return addresses;
}

/** A program sent it that is no more than one, by its fields: a person may have written it, and so may the program. */
export function isCarried({ asAnswer }: Facts): boolean {
  return asAnswer !== null && !asAnswer.byTracker;
}

/**
 * Whether the last word from outside came out of a program. A confirmation would be an answer to it: one that answers
 * each of our letters would take up the ticket again after every close.
 */
export function isLastWordCarried(policy: DeskPolicy, ticket: Ticket): boolean {
  const last = ticket.messages.findLast(({ facts }) => {
    const { address } = facts.sender;
    return (
      facts.automatic === null && !isOwn(policy, facts) && (address === null || !isInside(policy, address))
    );
  });
  return last !== undefined && isCarried(last.facts);
}

/** Whose ticket it is, if that is somebody outside; else null. */
export function requesterOutside(policy: DeskPolicy, { entry: { requester } }: Ticket): string | null {
  return requester === null || isInside(policy, requester) ? null : requester;
}

export function isInside(policy: DeskPolicy, address: string): boolean {
  return isDeskAddress(policy, address) || staffMemberOf(policy, address) !== null;
}

function bringsOthers(
  policy: DeskPolicy,
  ticket: Ticket,
  message: { facts: Facts; people: string[] },
): boolean {
  const { facts, people } = message;
  const { address } = facts.sender;
  if (facts.fromAccount === true) return true;
  if (address === null || facts.authentication.dmarc === 'fail') return false;
  if (isRootOf(ticket, facts)) return true;
  const member = staffMemberOf(policy, address);
  const roles = joinedEntries(ticket).flatMap(({ number }) => signedRole(policy, facts, number) ?? []);
  if (roles.some((role) => role.kind === 'requester' || role.member === member)) return true;
  const known = member !== null || people.some((person) => sameAddress(person, address));
  return known && facts.authentication.dmarc === 'pass';
}
