/**
 * Weak evidence, for conversations that the desk came into late: it names no ticket and no message that we hold. Such mail
 * joins the ticket, and gets no power by it: see `authority.ts`.
 *
 * `thread`: it answers a mail that the desk never had, and that messages of the ticket answer as well, or name it. Readers
 * of one newsletter answer it as well, each about a matter of their own, so the same people must be in it.
 * `thread-index`: it names no id at all (Outlook on a phone), and is of a conversation of Outlook's that the ticket holds.
 */

import type { Facts } from '../../message/facts/facts.js';
import { addressKey } from '../../message/header/addresses.js';
import { conversationIds } from '../../message/header/message-ids.js';
import { areOfOneHouse } from '../feeding/houses.js';
import type { DeskPolicy } from '../policy.js';
import { isDeskAddress, isOurId } from '../sign/ticket-address.js';
import type { Ledger } from '../ticket/ledger.js';
import { isInside, outsiders, participants } from '../ticket/participants.js';
import { type Reader, type ReadSoFar, readOn } from '../ticket/read-on.js';
import { type Ticket, type TicketMessage } from '../ticket/ticket.js';
import { isOlderThan, threadReachMs } from './long-closed.js';
import { hasSubjectOf } from './ticket-subjects.js';

export type WeakKind = 'thread' | 'thread-index';

/** Of the people whom a ticket's mails name, no more are compared. */
const MAX_PEOPLE = 200;

interface Asked {
  readonly policy: DeskPolicy;
  readonly facts: Facts;
  /** The key of the sender's address. */
  readonly sender: string;
  /** The keys of the sender and of whom To and Cc name, without the desk and staff. */
  readonly people: ReadonlySet<string>;
  /** These, and where the sender wants answers. */
  readonly meant: ReadonlySet<string>;
}

/** The numbers of tickets whose conversation a message belongs to, by the stronger of the two rules that finds any. */
export function sharedThread(
  policy: DeskPolicy,
  ledger: Ledger,
  facts: Facts,
): { readonly by: WeakKind; readonly numbers: readonly number[] } | null {
  const asked = askedBy(policy, facts);
  if (asked === null) return null;
  const naming = namingTickets(policy, ledger, facts);
  const numbers = [...naming].flatMap(([number, ids]) =>
    fits(asked, ledger.ticket(number), (ticket) => isSameExchange(asked, ticket, ids)) ? [number] : [],
  );
  if (numbers.length > 0) return { by: 'thread', numbers };
  const indexed = indexedTickets(ledger, facts).filter((number) =>
    fits(asked, ledger.ticket(number), (ticket) => isSameConversation(asked, ticket)),
  );
  return indexed.length === 0 ? null : { by: 'thread-index', numbers: indexed };
}

/** The ids of the conversation that a message is in. What the desk itself has made names a ticket, or nothing. */
export function threadIds(policy: DeskPolicy, { references }: Facts): readonly string[] {
  return conversationIds(references).filter((id) => !isOurId(policy, id));
}

export function mayShareThread(policy: DeskPolicy, facts: Facts): boolean {
  return askedBy(policy, facts) !== null;
}

/** A machine, nobody in particular, and whoever claims to be the desk join nothing by this. */
function askedBy(policy: DeskPolicy, facts: Facts): Asked | null {
  const { address } = facts.sender;
  const sender = address === null ? null : addressKey(address);
  if (address === null || sender === null || isDeskAddress(policy, address)) return null;
  if (facts.automatic !== null || facts.fromAccount === true) return null;
  const people = keysOf(outsiders(policy, facts));
  return {
    policy,
    facts,
    sender,
    people: new Set(people),
    meant: new Set([...people, ...answered(policy, facts)]),
  };
}

/** Where a message says that its sender wants answers, by the keys of the addresses. */
function answered(policy: DeskPolicy, { replyTo }: Facts): string[] {
  return keysOf(replyTo.flatMap(({ address }) => (isInside(policy, address) ? [] : address)));
}

/** How many of the ids that a message names, or that name it, each ticket shares with it. */
function namingTickets(policy: DeskPolicy, ledger: Ledger, facts: Facts): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const ids = new Set(threadIds(policy, facts));
  if (facts.messageId !== null) ids.add(facts.messageId);
  for (const id of ids) {
    const ends = new Set(ledger.conversations.naming(id).map((number) => ledger.endOf(number)));
    for (const number of ends) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return counts;
}

function indexedTickets(ledger: Ledger, facts: Facts): readonly number[] {
  const { threadIndex, references } = facts;
  if (threadIndex === undefined || references.length > 0) return [];
  return [...new Set(ledger.conversations.indexed(threadIndex).map((number) => ledger.endOf(number)))];
}

function fits(asked: Asked, ticket: Ticket | null, rule: (ticket: Ticket) => boolean): boolean {
  if (ticket === null || !isMeantForReaders(asked, ticket)) return false;
  return isWithinReach(asked, ticket) && !bringsStrangers(asked, ticket) && rule(ticket);
}

/** A closed ticket is joined by its own people alone, who reopen it, and soon: anybody else's mail would lie unseen there. */
function isWithinReach({ policy, facts, sender }: Asked, ticket: Ticket): boolean {
  if (ticket.state === 'open') return true;
  return takesPart(policy, ticket, sender) && !isOlderThan(ticket, facts, threadReachMs(policy));
}

/** Whom staff name in To and Cc takes part in the ticket from then on, and on this evidence nobody new shall. */
function bringsStrangers({ policy, facts, people }: Asked, ticket: Ticket): boolean {
  if (facts.sender.address === null || !isInside(policy, facts.sender.address)) return false;
  return ![...people].every((person) => takesPart(policy, ticket, person));
}

function takesPart(policy: DeskPolicy, ticket: Ticket, key: string): boolean {
  return keysOf(participants(policy, ticket)).includes(key);
}

/**
 * Two people in common, or one, if the subject is the same as well: one who writes to nobody else; one in the same row of
 * mails (two ids in common, which answers to a single mail have not); or one whom people of one house answer, or who is of it.
 */
function isSameExchange(asked: Asked, ticket: Ticket, ids: number): boolean {
  const { policy, people, facts, sender } = asked;
  const { named: known, writers } = peopleOf(policy, ticket);
  const [person, another] = [...people].filter((one) => known.has(one));
  if (another !== undefined) return true;
  if (person === undefined || !hasSubjectOf(policy, ticket, facts)) return false;
  if (people.size === 1 || ids > 1) return true;
  const isOfHouse = (one: string): boolean => areOfOneHouse(one, sender);
  return person !== sender && (isOfHouse(person) || [...writers].some(isOfHouse));
}

function isSameConversation({ policy, facts, sender }: Asked, ticket: Ticket): boolean {
  const knows = peopleOf(policy, ticket).writers.has(sender) || takesPart(policy, ticket, sender);
  return knows && hasSubjectOf(policy, ticket, facts);
}

/**
 * Whether a message is meant for whoever wrote to the ticket, or gets what is answered there: else somebody could begin one in a
 * thread that they know of, name people in Cc or one of them in From, and be sent what these are answered. A ticket that
 * nobody wrote is no conversation.
 */
function isMeantForReaders({ policy, facts, meant, sender }: Asked, ticket: Ticket): boolean {
  const { writers } = peopleOf(policy, ticket);
  // What staff write in such a thread is not passed on to anybody.
  const isStaffs = facts.sender.address !== null && isInside(policy, facts.sender.address);
  const readers = [...writers, ...(isStaffs ? [] : keysOf(participants(policy, ticket)))];
  return writers.size > 0 && readers.every((one) => meant.has(one) || areOfOneHouse(one, sender));
}

/** By the keys of their addresses, without the desk and staff. */
interface People {
  /** Who wrote to it, and where these want answers. */
  readonly writers: Set<string>;
  /** The writers, the participants, and whom To and Cc name. */
  readonly named: Set<string>;
}

function peopleOf(policy: DeskPolicy, ticket: Ticket): People {
  const begin = (): People => ({
    writers: new Set(ticket.entry.requester === null ? [] : keysOf([ticket.entry.requester])),
    named: new Set(keysOf(participants(policy, ticket))),
  });
  return readOn(metIn, { policy, ticket }, { begin, read: notePeople });
}

const metIn: ReadSoFar<People> = new WeakMap();

function notePeople({ writers, named }: People, { facts }: TicketMessage, { policy }: Reader): void {
  const people = outsiders(policy, facts);
  const { address } = facts.sender;
  if (address !== null && people.includes(address)) for (const key of keysOf([address])) writers.add(key);
  // Whatever wrote them: the Reply-To of an opening mail counts also where its From names nobody.
  for (const key of answered(policy, facts)) if (writers.size < MAX_PEOPLE) writers.add(key);
  for (const key of keysOf(people)) {
    if (named.size >= MAX_PEOPLE) return;
    named.add(key);
  }
}

function keysOf(addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => addressKey(address) ?? []);
}
