/**
 * What of a ticket its requester may see again: what they wrote themselves, and the letters that the desk sent to them.
 * Everything else is hidden, whatever it is: notes, notices, mail of others, and what staff wrote as it lies there with their own
 * addresses; of an answer the letter is shown that passed it on. Where it is not certain that something is theirs, it is
 * hidden, too: a page that says too little does less harm than one that says too much.
 */
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { joinedEntries } from '../ticket/merged.js';
import { requesterOutside } from '../ticket/participants.js';
import type { Ticket, TicketMessage } from '../ticket/ticket.js';
import { answerAddress, isSignedForRequester } from './audience.js';
import type { Purpose } from './letters.js';
import type { Staging } from './staging.js';

const TO_REQUESTERS: ReadonlySet<Purpose> = new Set([
  'acknowledgement',
  'confirmation',
  'stale-warning',
  'relay',
]);

/** What facts alone allow: of a letter of the desk, `isLetterTo` must say so, too. In order. */
export function mayBeShown(policy: DeskPolicy, ticket: Ticket): readonly TicketMessage[] {
  const requester = requesterOutside(policy, ticket);
  if (requester === null) return [];
  const numbers = numbersOf(ticket, requester);
  const places = placesOf(policy, ticket, requester);
  return ticket.messages.filter(({ facts, via }) => {
    if (via !== undefined && !numbers.has(via)) return false;
    if (!isOwn(policy, facts)) return isWrittenBy(policy, ticket, { facts, requester });
    return facts.toAndCc.every(({ address }) => places.some((one) => sameAddress(one, address)));
  });
}

/** Where the requester gets mail. */
function placesOf(policy: DeskPolicy, ticket: Ticket, requester: string): readonly string[] {
  return [requester, answerAddress(policy, ticket, requester)];
}

/** Of what was merged into the ticket, what was of the same person. */
function numbersOf(ticket: Ticket, requester: string): ReadonlySet<number> {
  const theirs = joinedEntries(ticket).filter((one) => isSame(one.requester, requester));
  return new Set(theirs.map(({ number }) => number));
}

/** Whether a letter, whose staging was verified, went to the requester. */
export function isLetterTo(
  policy: DeskPolicy,
  ticket: Ticket,
  { purpose, ticket: number, to }: Staging,
): boolean {
  const requester = requesterOutside(policy, ticket);
  if (requester === null || to === null || number === null || !TO_REQUESTERS.has(purpose)) return false;
  if (!numbersOf(ticket, requester).has(number)) return false;
  return placesOf(policy, ticket, requester).some((one) => sameAddress(one, to));
}

/**
 * A sender that was taken from elsewhere than From proves nothing: staff wrote what they forward, a form its mail. The opening
 * mail made them the requester; anything later is theirs only if it is proven.
 */
function isWrittenBy(
  policy: DeskPolicy,
  ticket: Ticket,
  { facts, requester }: { readonly facts: Facts; readonly requester: string },
): boolean {
  const { sender, authentication, automatic, asWritten, forwarded } = facts;
  if (automatic !== null || asWritten !== undefined || forwarded !== null) return false;
  if (authentication.dmarc === 'fail' || facts.fromAccount === true) return false;
  if (isRootOfTheirs(ticket, facts, requester)) return isSame(sender.answerTo, requester);
  if (!isSame(sender.address, requester)) return false;
  return authentication.dmarc === 'pass' || isSignedForRequester(policy, ticket, facts);
}

function isRootOfTheirs(ticket: Ticket, { identity }: Facts, requester: string): boolean {
  return joinedEntries(ticket).some(
    (one) => one.rootIdentity === identity && isSame(one.requester, requester),
  );
}

function isSame(address: string | null, other: string): boolean {
  return address !== null && sameAddress(address, other);
}
