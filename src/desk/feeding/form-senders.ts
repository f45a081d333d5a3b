/**
 * Senders that only carry other people's words, such as the form of a web site, and that the configuration does not name:
 * their messages name somebody else in Reply-To. The desk would acknowledge the form, and not its visitors.
 */

import type { Facts } from '../../message/facts/facts.js';
import { addressKey, domainOf, sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { isInside } from '../ticket/participants.js';
import { newestMail } from './feeding-list.js';
import { areOfOneHost } from './houses.js';

/** This many people tell a form from somebody who has answers sent to another mailbox of theirs. */
const MIN_FORM_VISITORS = 3;
/** A site sends words of its own under the same address: one in this many messages may name nobody. */
const ONE_OTHER_IN = 5;

export interface FormSender {
  readonly address: string;
  /** How many messages of its are among the newest, each with one person in Reply-To. */
  readonly bearing: number;
  readonly of: number;
}

/** The one sender of most such mail among the newest messages; null if there is none. */
export function formSender(policy: DeskPolicy, messages: readonly Facts[]): FormSender | null {
  const newest = newestMail(policy, messages);
  const bySender = new Map<string, Facts[]>();
  for (const facts of newest) {
    const { address } = facts.sender;
    const key = address === null || facts.asWritten !== undefined ? null : addressKey(address);
    if (key !== null) bySender.set(key, [...(bySender.get(key) ?? []), facts]);
  }
  const forms = [...bySender.values()].filter((mail) => isFormMail(policy, mail));
  const [most] = forms.toSorted((a, b) => b.length - a.length);
  const address = most?.[0]?.sender.address ?? null;
  if (most === undefined || address === null) return null;
  const bearing = most.filter((facts) => visitorIn(policy, facts) !== null).length;
  return { address, bearing, of: newest.length };
}

function isFormMail(policy: DeskPolicy, mail: readonly Facts[]): boolean {
  const visitors = mail.flatMap((facts) => visitorIn(policy, facts) ?? []);
  if ((mail.length - visitors.length) * ONE_OTHER_IN > mail.length) return false;
  // A tracker or a shop makes up an address of its own for each message.
  const sender = mail[0]?.sender.address ?? '';
  const isOwn = visitors.every((visitor) => areOfOneHost(visitor, sender));
  return !isOwn && new Set(visitors.map(personOf)).size >= MIN_FORM_VISITORS;
}

/** Whom a message names in Reply-To beside its sender; null if nobody, or several. A list names people there as well. */
function visitorIn(policy: DeskPolicy, { sender, replyTo, listIds }: Facts): string | null {
  const [only, ...others] = replyTo;
  if (only === undefined || others.length > 0 || listIds.length > 0 || sender.address === null) return null;
  if (isInside(policy, sender.address) || isInside(policy, only.address)) return null;
  return sameAddress(only.address, sender.address) ? null : only.address;
}

/** `reply+x7f3@…` and `reply+k2q9@…` are one. */
function personOf(address: string): string {
  return `${address.replace(/\+.*$/, '')}@${domainOf(address)}`.toLowerCase();
}

export function formSenderWarning({ address, bearing, of }: FormSender): string {
  return `${formSenderLogged({ bearing, of }, ` from ${address}`)}: if it is a form of yours, name it in "replyToSenders"; then whom Reply-To names is the requester`;
}

/** For the log, which holds no addresses. */
export function formSenderHint(found: FormSender): string {
  return `${formSenderLogged(found, ' from one sender')}: if that is a form of yours, name it in "replyToSenders"; "imapdesk check" tells the address`;
}

function formSenderLogged({ bearing, of }: Pick<FormSender, 'bearing' | 'of'>, from: string): string {
  return `${bearing} of the newest ${of} messages come${from} and name somebody else in Reply-To each time`;
}
