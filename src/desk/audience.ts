/**
 * To whom a staff member's reply goes: the people of the message that the notice was about. That is everybody who
 * takes part in the ticket; but of a message from someone new, that person alone. A notice of such a message names
 * an id of its own in References, which every reply to it carries along.
 */
import { addressKey } from '../message/addresses.js';
import type { Facts } from '../message/facts.js';
import { signedRole } from './marks.js';
import type { DeskPolicy, StaffMember } from './policy.js';
import { type Reader, type ReadSoFar, readOn } from './read-on.js';
import { digest } from './signature.js';
import { participants, type Ticket } from './ticket.js';
import { isDeskAddress, signedId, staffMemberOf } from './ticket-address.js';

const NEWCOMER = 'from-';

/** The id that a notice to this member names, if it is about a message from someone new. */
export function newcomerId(
  policy: DeskPolicy,
  about: { number: number; member: StaffMember; identity: string },
): string {
  const { number, member, identity } = about;
  const rest = `${NEWCOMER}${digest(policy.secrets[0], 'newcomer 1', [identity])}`;
  return signedId(policy, { number, role: { kind: 'staff', member } }, rest);
}

export function audienceOf(
  policy: DeskPolicy,
  ticket: Ticket,
  reply: { readonly facts: Facts; readonly member: StaffMember },
): readonly string[] {
  const { number } = ticket.entry;
  const named = new Set(reply.facts.references.filter((id) => id.includes(NEWCOMER)));
  const about =
    named.size === 0
      ? undefined
      : ticket.messages.find(({ facts }) =>
          named.has(newcomerId(policy, { number, member: reply.member, identity: facts.identity })),
        );
  if (about !== undefined) return newcomerAddress(policy, about.facts);
  return participants(policy, ticket).map((address) => answerAddress(policy, ticket, address));
}

/** Where somebody new is answered: as they say in that very message. */
export function newcomerAddress(policy: DeskPolicy, facts: Facts): readonly string[] {
  const { address } = facts.sender;
  // Somebody who writes under the desk's address, and is not proven to be in its account, is answered by nobody.
  if (address === null || isDeskAddress(policy, address)) return [];
  return [replyAddress(policy, facts) ?? address];
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

function noteLast(last: Map<string, Facts>, facts: Facts, { policy, ticket }: Reader): void {
  const { address } = facts.sender;
  const key = address === null ? null : addressKey(address);
  if (key !== null && isSurelyTheirs(policy, ticket, facts)) last.set(key, facts);
}

function isSurelyTheirs(policy: DeskPolicy, ticket: Ticket, facts: Facts): boolean {
  const { dmarc } = facts.authentication;
  if (facts.automatic !== null || dmarc === 'fail') return false;
  const signed = signedRole(policy, facts, ticket.entry.number)?.kind === 'requester';
  return signed || dmarc === 'pass' || facts.identity === ticket.entry.rootIdentity;
}

/** The one Reply-To, if it is nobody of the desk. */
function replyAddress(policy: DeskPolicy, facts: Facts): string | null {
  const [only, another] = facts.replyTo;
  if (only === undefined || another !== undefined) return null;
  const ours = isDeskAddress(policy, only.address) || staffMemberOf(policy, only.address) !== null;
  return ours ? null : only.address;
}
