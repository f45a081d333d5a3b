/** A ticket as the mailbox shows it: its register entry, and what is known of its messages. */
import { sameAddress } from '../message/addresses.js';
import type { Facts } from '../message/facts.js';
import { signedRole } from './marks.js';
import { isOwn } from './origin.js';
import type { DeskPolicy } from './policy.js';
import { isDeskAddress, staffMemberOf } from './ticket-address.js';

export type TicketState = 'open' | 'archived';

export interface TicketEntry {
  readonly number: number;
  readonly rootIdentity: string;
  readonly rootMessageId: string | null;
  /** Canonical address; null where the opening mail has no sender with authority. */
  readonly requester: string | null;
  readonly requesterName: string;
  readonly subject: string;
  /** Whether the opening mail may be answered. */
  readonly answerable: boolean;
  readonly opened: Date;
}

export interface TicketMessage {
  readonly facts: Facts;
  readonly folder: TicketState;
  /** null for a message that this pass is about to file. */
  readonly uid: number | null;
}

export interface Ticket {
  readonly entry: TicketEntry;
  readonly state: TicketState;
  /** A transition is under way. */
  readonly underWay: boolean;
  /** In order of arrival. Of an archived ticket only those that were looked up. */
  readonly messages: readonly TicketMessage[];
}

/** Nobody is written to beyond this many people of one ticket. */
export const MAX_PARTICIPANTS = 20;

/**
 * The outside people of a ticket: the requester; whom the opening mail named in To and Cc; who wrote to a signed
 * address, and whom they, proven staff, or participants with a DMARC pass named. Nobody else joins by writing.
 */
export function participants(policy: DeskPolicy, ticket: Ticket): readonly string[] {
  const people: string[] = [];
  const add = (address: string): void => {
    const full = people.length >= MAX_PARTICIPANTS;
    if (full || isDeskAddress(policy, address) || staffMemberOf(policy, address) !== null) return;
    if (!people.some((known) => sameAddress(known, address))) people.push(address);
  };
  if (ticket.entry.requester !== null) add(ticket.entry.requester);
  for (const { facts } of ticket.messages) {
    if (facts.automatic !== null || isOwn(policy, facts) || !bringsOthers(policy, ticket, { facts, people })) continue;
    if (facts.sender.address !== null) add(facts.sender.address);
    for (const { address } of facts.toAndCc) add(address);
  }
  return people;
}

function bringsOthers(policy: DeskPolicy, ticket: Ticket, message: { facts: Facts; people: string[] }): boolean {
  const { facts, people } = message;
  const { address } = facts.sender;
  if (address === null || facts.authentication.dmarc === 'fail') return false;
  if (facts.identity === ticket.entry.rootIdentity) return true;
  const member = staffMemberOf(policy, address);
  const role = signedRole(policy, facts, ticket.entry.number);
  if (role !== null && (role.kind === 'requester' || role.member === member)) return true;
  const known = member !== null || people.some((person) => sameAddress(person, address));
  return known && facts.authentication.dmarc === 'pass';
}
