/**
 * To whom a staff member's reply goes: the people of the message that the notice was about. That is everybody who
 * takes part in the ticket; but of a message from someone new, that person alone. A notice of such a message names
 * an id of its own in References, which every reply to it carries along.
 */
import { sameAddress } from '../message/addresses.js';
import type { Facts } from '../message/facts.js';
import type { DeskPolicy, StaffMember } from './policy.js';
import { digest } from './signature.js';
import { participants, type Ticket } from './ticket.js';
import { isDeskAddress, signedId, staffMemberOf } from './ticket-address.js';

/** The id that a notice to this member names, if it is about a message from someone new. */
export function newcomerId(
  policy: DeskPolicy,
  about: { number: number; member: StaffMember; identity: string },
): string {
  const { number, member, identity } = about;
  const rest = `from-${digest(policy.secrets[0], 'newcomer 1', [identity])}`;
  return signedId(policy, { number, role: { kind: 'staff', member } }, rest);
}

export function audienceOf(
  policy: DeskPolicy,
  ticket: Ticket,
  reply: { readonly facts: Facts; readonly member: StaffMember },
): readonly string[] {
  const { number } = ticket.entry;
  const named = new Set(reply.facts.references);
  const about = ticket.messages.find(({ facts }) =>
    named.has(newcomerId(policy, { number, member: reply.member, identity: facts.identity })),
  );
  const newcomer = about?.facts.sender.address ?? null;
  const people = newcomer === null ? participants(policy, ticket) : [newcomer];
  return people.map((address) => answerAddress(policy, ticket, address));
}

/** Where somebody wants answers: the one Reply-To of their last message, if it is nobody of the desk. */
export function answerAddress(policy: DeskPolicy, ticket: Ticket, address: string): string {
  const last = ticket.messages.findLast(
    ({ facts }) =>
      facts.automatic === null && facts.sender.address !== null && sameAddress(facts.sender.address, address),
  );
  const [only, another] = last?.facts.replyTo ?? [];
  if (only === undefined || another !== undefined) return address;
  const ours = isDeskAddress(policy, only.address) || staffMemberOf(policy, only.address) !== null;
  return ours ? address : only.address;
}
