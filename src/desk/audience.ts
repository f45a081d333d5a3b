/**
 * To whom a staff member's reply goes: the people of the message that the notice was about. That is everybody who
 * takes part in the ticket; but of a message from someone new, that person alone. A notice of such a message names
 * an id of its own in References, which every reply to it carries along.
 */
import type { Facts } from '../message/facts.js';
import type { DeskPolicy, StaffMember } from './policy.js';
import { digest } from './signature.js';
import { participants, type Ticket } from './ticket.js';
import { signedId } from './ticket-address.js';

/** The id that a notice to this member names, if it is about a message from someone new. */
export function newcomerId(policy: DeskPolicy, about: { number: number; member: StaffMember; identity: string }): string {
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
  return newcomer === null ? participants(policy, ticket) : [newcomer];
}
