/**
 * Whose ticket it is that comes from elsewhere: whom its list names; else whoever wrote its first message. Staff and the desk itself
 * write for somebody: then it is the first outside person in To and Cc of that message, else the first one who wrote later. Staff
 * are the requester only where there is nobody else. No proof is asked for: whom an opening mail names takes part in its ticket anyway.
 */
import { isInside } from '../desk/ticket/participants.js';
import { type Requester, senderOf } from '../desk/ticket/ticket.js';
import type { Facts } from '../message/facts/facts.js';
import { canonicalAddress, sameAddress } from '../message/header/addresses.js';
import type { Mailbox } from '../message/header/mailbox.js';
import type { Desk } from '../worker/workplace/desk.js';
import { readMessage } from './files.js';
import { factsOf, type Outlined } from './outline.js';

/** Staff who have written so much to nobody write to themselves. */
const MAX_LATER = 100;

interface Told {
  readonly first: Facts;
  /** In order of arrival. */
  readonly later: readonly Outlined[];
  /** By the list, as it was written there. */
  readonly named: readonly Mailbox[];
}

export async function requesterOf(desk: Desk, { first, later, named }: Told): Promise<Requester> {
  const sender = senderOf(first);
  const listed = named.flatMap(({ name, address }): Mailbox[] => {
    const canonical = canonicalAddress(address);
    return canonical === null ? [] : [{ name, address: canonical }];
  });
  const outside = firstOutside(desk, listed);
  const isListed = listed.some(
    ({ address }) => sender.address !== null && sameAddress(address, sender.address),
  );
  const isStaff = sender.address !== null && isInside(desk.policy, sender.address);
  if (!isStaff && (isListed || outside === null)) return sender;
  const byMail = first.authentication.dmarc === 'fail' ? null : firstOutside(desk, first.toAndCc);
  return outside ?? byMail ?? (await firstWriter(desk, later)) ?? sender;
}

function firstOutside({ policy }: Desk, mailboxes: readonly Mailbox[]): Requester | null {
  const found = mailboxes.find(({ address }) => !isInside(policy, address));
  return found === undefined ? null : { address: found.address, name: found.name, from: 'recipient' };
}

async function firstWriter(desk: Desk, later: readonly Outlined[]): Promise<Requester | null> {
  for (const { source, at } of later.slice(0, MAX_LATER)) {
    const facts = factsOf(desk, await readMessage(source), at);
    const sender = senderOf(facts);
    if (facts.automatic === null && sender.address !== null && !isInside(desk.policy, sender.address))
      return sender;
  }
  return null;
}
