/**
 * Who has the last word in a ticket, and who spoke when: for lists of people who wait, and for how fast they are answered.
 *
 * A word is what a person has said to a person on the other side. A customer's word is mail from outside, or what opened the
 * ticket in a customer's name. The desk's word is what went out to somebody outside: the relay of a reply, mail from the
 * desk's own account, mail of proven staff that names somebody outside. Automatic mail is none, whoever sent it, nor is what
 * the desk writes by itself (acknowledgements, confirmations), nor what staff write to each other.
 */
import type { Facts } from '../../message/facts/facts.js';
import { addressKey } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { staffMemberOf } from '../sign/ticket-address.js';
import { signedRole } from '../ticket/marks.js';
import { isRootOf } from '../ticket/merged.js';
import { isInside } from '../ticket/participants.js';
import { cameHere, type Ticket, type TicketMessage } from '../ticket/ticket.js';

export type Voice = 'customer' | 'desk';

/** Whose word a message is; null for none. */
export function voiceOf(policy: DeskPolicy, ticket: Ticket, facts: Facts): Voice | null {
  if (isOwn(policy, facts)) return isRelay(facts) ? 'desk' : null;
  if (facts.automatic !== null) return null;
  const isOpening = isRootOf(ticket, facts);
  if (facts.fromAccount === true) return reachesOutside(policy, facts) ? 'desk' : null;
  if (staffMemberOf(policy, facts.sender.address) === null) return 'customer';
  if (isByStaff(policy, ticket, facts) && reachesOutside(policy, facts)) return 'desk';
  // A staff member has opened it in somebody's name: that person waits.
  return isOpening && ticket.entry.requesterFrom !== 'sender' ? 'customer' : null;
}

/** Of all letters that a ticket keeps, a relay alone does not say that a program has written it, unless the ticket's subject does. */
function isRelay({ automatic, inWords }: Facts): boolean {
  return automatic === null || inWords;
}

function reachesOutside(policy: DeskPolicy, { toAndCc }: Facts): boolean {
  return toAndCc.some(({ address }) => !isInside(policy, address));
}

function isByStaff(policy: DeskPolicy, ticket: Ticket, facts: Facts): boolean {
  const { dmarc } = facts.authentication;
  if (dmarc === 'fail') return false;
  const role = signedRole(policy, facts, ticket.entry.number);
  const member = staffMemberOf(policy, facts.sender.address);
  return dmarc === 'pass' || (role?.kind === 'staff' && role.member === member);
}

export interface Waiting {
  /** The last word. */
  readonly last: TicketMessage;
  /** When the first word came that nobody has answered since. */
  readonly since: Date;
  /** The first of these that came to this desk as mail, and not with an import; null for none. What is written because somebody waits counts from it. */
  readonly here: Facts | null;
}

export interface WaitingTicket extends Waiting {
  readonly ticket: Ticket;
}

/** Who waits in a ticket for an answer; null where the desk has the last word, or nobody has said anything. */
export function waitingIn(policy: DeskPolicy, ticket: Ticket): Waiting | null {
  const unanswered = unansweredIn(policy, ticket);
  const [first] = unanswered;
  const last = unanswered.at(-1);
  if (first === undefined || last === undefined) return null;
  const here = unanswered.find(({ facts }) => cameHere(ticket.entry, facts.receivedAt))?.facts ?? null;
  return { last, since: first.facts.receivedAt, here };
}

/** The desk's word to the requester that is the last one in a ticket; null where somebody else has it. */
export function lastWordToRequester(policy: DeskPolicy, ticket: Ticket): TicketMessage | null {
  const last = ticket.messages.findLast(({ facts }) => voiceOf(policy, ticket, facts) !== null);
  if (last === undefined || voiceOf(policy, ticket, last.facts) !== 'desk') return null;
  return reachesRequester(ticket, last.facts) ? last : null;
}

/** What customers have said since the desk's last word, in order of arrival. */
export function unansweredIn(policy: DeskPolicy, ticket: Ticket): readonly TicketMessage[] {
  const words = ticket.messages.flatMap((message) => {
    const voice = voiceOf(policy, ticket, message.facts);
    return voice === null ? [] : [{ voice, message }];
  });
  const answered = words.findLastIndex(({ voice }) => voice === 'desk');
  return words.slice(answered + 1).map(({ message }) => message);
}

/** Whether a word of the desk went to the requester: to their address, or to where they have asked for answers. */
export function reachesRequester(ticket: Ticket, facts: Facts): boolean {
  const { requester } = ticket.entry;
  // Whoever opened it names nobody; what went out went to them.
  if (requester === null) return true;
  const theirs = new Set([keyOf(requester)]);
  for (const { facts: said } of ticket.messages)
    if (said.sender.answerTo === requester && said.replyTo.length === 1)
      for (const { address } of said.replyTo) theirs.add(keyOf(address));
  return facts.toAndCc.some(({ address }) => theirs.has(keyOf(address)));
}

function keyOf(address: string): string {
  return addressKey(address) ?? address;
}
