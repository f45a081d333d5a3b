/**
 * To whom a staff member's reply goes: the people of the message that the notice was about. That is everybody who
 * takes part in the ticket; but of a message from someone new, that person alone. A notice of such a message names
 * an id of its own in References, which every reply to it carries along.
 */

import type { Facts } from '../../message/facts/facts.js';
import { addressKey, sameAddress } from '../../message/header/addresses.js';
import { canReceive } from '../decide/authority.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { keyedHash } from '../sign/signature.js';
import { isDeskAddress, readSignedId, signedId, staffMemberOf } from '../sign/ticket-address.js';
import { marks, signedRole } from '../ticket/marks.js';
import { isRootOf, joinedEntries, numbersOf, partOf, pathFrom } from '../ticket/merged.js';
import { participants } from '../ticket/participants.js';
import { type Reader, type ReadSoFar, readOn } from '../ticket/read-on.js';
import { type Ticket, type TicketMessage } from '../ticket/ticket.js';
import type { Occasion } from './row.js';

const NEWCOMER = '.from-';

/** The id that a notice to this member names, if it is about a message from someone new. */
export function newcomerId(
  policy: DeskPolicy,
  about: { number: number; member: StaffMember; identity: string },
): string {
  const { number, member, identity } = about;
  const rest = `from-${keyedHash(policy.secrets[0], 'newcomer 1', [identity])}`;
  return signedId(policy, { number, role: { kind: 'staff', member } }, rest);
}

interface StaffReply {
  readonly facts: Facts;
  readonly member: StaffMember;
}

export function audienceOf(policy: DeskPolicy, ticket: Ticket, reply: StaffReply): readonly string[] {
  const about = newcomerMessage(policy, ticket, reply);
  if (about !== undefined) return newcomerAddress(policy, about.facts);
  // Somebody has taken that message out of the ticket since: what answers it is not for the others.
  if (newcomerIds(policy, ticket, reply).size > 0) return [];
  const part = partMeant(policy, ticket, reply);
  return answerAddresses(policy, part);
}

/** To whom a reply is passed on, and as what; null where it is not to be. It may reach nobody at all. */
export function relayedTo(
  policy: DeskPolicy,
  { decision, facts, ticket }: Occasion,
): { readonly people: readonly string[]; readonly member: StaffMember; readonly part?: Ticket } | null {
  const { relay, staff: member } = decision;
  if (!relay || ticket === null || member === null) return null;
  const people = audienceOf(policy, ticket, { facts, member }).filter(canReceive);
  return { people, member, ...partOtherThan(ticket, partMeant(policy, ticket, { facts, member })) };
}

export function partOtherThan(ticket: Ticket, meant: Ticket): { readonly part?: Ticket } {
  return meant === ticket ? {} : { part: meant };
}

/** The people of a ticket, each where they want answers. */
export function answerAddresses(policy: DeskPolicy, ticket: Ticket): readonly string[] {
  const people = participants(policy, ticket).map((address) => answerAddress(policy, ticket, address));
  const unnamed = readOn(unnamedOf, { policy, ticket }, { begin: () => [], read: noteUnnamed });
  return [...people, ...unnamed.filter((one) => !people.some((known) => sameAddress(known, one)))];
}

/** Where people are answered whose opening mail names nobody in From: they take no part, and want answers all the same. */
const unnamedOf: ReadSoFar<string[]> = new WeakMap();

function noteUnnamed(unnamed: string[], { facts }: TicketMessage, { policy, ticket }: Reader): void {
  if (!facts.sender.namesNobody || facts.automatic !== null || !isRootOf(ticket, facts)) return;
  unnamed.push(...newcomerAddress(policy, facts));
}

/**
 * The ticket that a reply is about, as the people whom it goes to know it: where others were merged into it, the one
 * that the notice was about.
 */
export function partMeant(policy: DeskPolicy, ticket: Ticket, reply: StaffReply): Ticket {
  if (ticket.merged === undefined) return ticket;
  const via = newcomerMessage(policy, ticket, reply)?.via ?? numberMeant(policy, ticket, reply);
  return partOf(ticket, via ?? ticket.entry.number) ?? ticket;
}

/** The message from someone new that a reply is about, if it is about one. */
function newcomerMessage(policy: DeskPolicy, ticket: Ticket, reply: StaffReply): TicketMessage | undefined {
  const named = newcomerIds(policy, ticket, reply);
  if (named.size === 0) return undefined;
  const { member } = reply;
  const signing = policy.secrets.map((secret): DeskPolicy => ({ ...policy, secrets: [secret] }));
  return ticket.messages.find(({ facts, via }) =>
    pathFrom(ticket, via ?? ticket.entry.number).some((number) =>
      signing.some((by) => named.has(newcomerId(by, { number, member, identity: facts.identity }))),
    ),
  );
}

/** The ids by which a reply says that it is about somebody new; whatever secret they were signed with. */
function newcomerIds(policy: DeskPolicy, ticket: Ticket, { facts, member }: StaffReply): ReadonlySet<string> {
  const named = facts.references.filter((id) => id.includes(NEWCOMER));
  if (named.length === 0) return new Set();
  const numbers = numbersOf(ticket, ticket.entry.number);
  return new Set(
    named.filter((id) => {
      const signed = readSignedId(policy, id);
      return signed?.role.kind === 'staff' && signed.role.member === member && numbers.has(signed.number);
    }),
  );
}

/** What was signed for that member counts most, then any other mark, then the newest message that is answered. */
function numberMeant(policy: DeskPolicy, ticket: Ticket, { facts, member }: StaffReply): number | undefined {
  const numbers = numbersOf(ticket, ticket.entry.number);
  const found = marks(policy, facts).filter(({ number }) => numbers.has(number));
  const signed = found.find(({ role }) => role?.kind === 'staff' && role.member === member);
  if (signed !== undefined) return signed.number;
  const [first] = found;
  if (first !== undefined) return first.number;
  const answered = facts.references.flatMap((id) =>
    ticket.messages.filter((message) => message.facts.messageId === id),
  );
  return answered.at(-1)?.via;
}

/** Where somebody new is answered: as they say in that very message. */
export function newcomerAddress(policy: DeskPolicy, facts: Facts): readonly string[] {
  const { answerTo, namesNobody } = facts.sender;
  // Somebody who writes under the desk's address, and is not proven to be in its account, is answered by nobody.
  if (answerTo === null ? !namesNobody : isDeskAddress(policy, answerTo)) return [];
  const to = replyAddress(policy, facts) ?? answerTo;
  return to === null ? [] : [to];
}

/**
 * Where somebody of the ticket wants answers: the one Reply-To of their last message. Only a message that is surely
 * theirs counts, or a forged one could draw every later answer to itself.
 */
export function answerAddress(policy: DeskPolicy, ticket: Ticket, address: string): string {
  const last = readOn(lastOf, { policy, ticket }, { begin: () => new Map(), read: noteLast });
  const facts = last.get(addressKey(address) ?? address);
  return (facts === undefined ? null : replyAddress(policy, facts)) ?? address;
}

/** The last message that is surely theirs, by address. */
const lastOf: ReadSoFar<Map<string, Facts>> = new WeakMap();

function noteLast(last: Map<string, Facts>, { facts }: TicketMessage, { policy, ticket }: Reader): void {
  const { sender } = facts;
  // The opening mail is theirs whose ticket it is; any later one must be read strictly to speak for somebody.
  const address = isRootOf(ticket, facts) ? sender.answerTo : sender.address;
  const key = address === null ? null : addressKey(address);
  if (key !== null && isSurelyTheirs(policy, ticket, facts)) last.set(key, facts);
}

function isSurelyTheirs(policy: DeskPolicy, ticket: Ticket, facts: Facts): boolean {
  const { dmarc } = facts.authentication;
  if (facts.automatic !== null || dmarc === 'fail') return false;
  return isSignedForRequester(policy, ticket, facts) || dmarc === 'pass' || isRootOf(ticket, facts);
}

/** A mark that was signed for the requester proves it, of whichever of the tickets that became one. */
export function isSignedForRequester(policy: DeskPolicy, ticket: Ticket, facts: Facts): boolean {
  return joinedEntries(ticket).some(({ number }) => signedRole(policy, facts, number)?.kind === 'requester');
}

/** The one Reply-To, if it is nobody of the desk. */
function replyAddress(policy: DeskPolicy, facts: Facts): string | null {
  const [only, another] = facts.replyTo;
  if (only === undefined || another !== undefined) return null;
  const ours = isDeskAddress(policy, only.address) || staffMemberOf(policy, only.address) !== null;
  return ours ? null : only.address;
}
