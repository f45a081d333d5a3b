/**
 * Whose matter a new ticket is, where staff pass on what somebody else has asked. In this order: the author of a mail
 * that staff redirected; then, of mail that is proven to come from staff, the author of an attached message, an
 * address in `[for …]` in the subject, the one outsider in To or Cc; of mail that is proven to come from the desk's own
 * account, the one outsider in Reply-To (forms sign in there, and hosts save what they send); else the staff member.
 *
 * Whoever is named here gets what staff write to the ticket, so only proof gives it: in a stranger's mail all of it
 * counts for nothing. A Resent-From cannot be proven and needs no proof, as the requester is the sender then, as of
 * any mail; it only ends the acknowledgement, which whoever wrote it would have got.
 */

import type { Facts } from '../../message/facts/facts.js';
import { onlyMailbox, sameAddress } from '../../message/header/addresses.js';
import { readForMark } from '../../message/header/for-mark.js';
import type { Mailbox } from '../../message/header/mailbox.js';
import { isAlerted } from '../alerts/alerted.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { staffMemberOf } from '../sign/ticket-address.js';
import { isInside } from '../ticket/participants.js';
import { type Requester, type RequesterFrom, type Ticket } from '../ticket/ticket.js';
import { canReceive } from './authority.js';

export interface WhoseMatter {
  /** null where it is the sender. */
  readonly requester: Requester | null;
  /** Why the requester may not be acknowledged, or null. */
  readonly silent: string | null;
  readonly reasons: readonly string[];
}

const ORDINARY: WhoseMatter = { requester: null, silent: null, reasons: [] };

/** `proven` says that the message surely comes from staff, or from the desk's own account. */
export function whoseMatter(policy: DeskPolicy, facts: Facts, proven: boolean): WhoseMatter {
  const redirected = redirectedAuthor(policy, facts);
  if (redirected !== null) return openedFor(redirected, 'not answered: a staff address has redirected it');
  const mark = readForMark(facts.subject);
  if (!proven) {
    return mark === null
      ? ORDINARY
      : {
          ...ORDINARY,
          reasons: ['[for …] in its subject counts for nothing: it is not proven to come from staff'],
        };
  }
  const named = mark?.address == null ? null : outsider(policy, { name: '', address: mark.address });
  const requester =
    takenFrom('forwarded', forwardedAuthor(policy, facts)) ??
    takenFrom('subject', named) ??
    takenFrom('recipient', onlyOutsider(policy, facts.toAndCc)) ??
    takenFrom('reply-to', facts.fromAccount === true ? onlyOutsider(policy, facts.replyTo) : null);
  const passedOver = mark === null ? [] : whyPassedOver(mark.address, { named, requester });
  if (requester === null) {
    const reasons = [...passedOver, 'it names nobody else, so the staff member is the requester'];
    return { requester, silent: 'not answered: it comes from proven staff', reasons };
  }
  const { silent, reasons } = openedFor(requester, whyUnanswered(policy, requester, named));
  return { requester, silent, reasons: [...passedOver, ...reasons] };
}

function openedFor(requester: Requester, silent: string | null): WhoseMatter {
  const reason = `the requester is ${requester.address ?? 'nobody'}, ${FROM[requester.from]}`;
  return { requester, silent, reasons: [reason] };
}

const FROM: Readonly<Record<RequesterFrom, string>> = {
  sender: 'the sender',
  redirected: 'the sender of the mail that was redirected',
  forwarded: 'the sender of the mail that is attached',
  subject: 'whom [for …] in the subject names',
  recipient: 'the one outsider whom To and Cc name',
  'reply-to': "whom Reply-To names in mail from the desk's own account",
};

function redirectedAuthor(policy: DeskPolicy, { resentFrom, sender }: Facts): Requester | null {
  const { answerTo: address, name } = sender;
  if (address === null || staffMemberOf(policy, resentFrom) === null) return null;
  return isInside(policy, address) ? null : { address, name, from: 'redirected' };
}

/** What `imapdesk new` writes attaches no message: in it one was put there by somebody else (see `new-mail.ts`). */
function forwardedAuthor(policy: DeskPolicy, { forwarded, authentication }: Facts): Mailbox | null {
  return forwarded === null || authentication.dmarc !== 'pass' ? null : outsider(policy, forwarded.from);
}

function takenFrom(from: RequesterFrom, mailbox: Mailbox | null): Requester | null {
  return mailbox === null ? null : { ...mailbox, from };
}

function onlyOutsider(policy: DeskPolicy, mailboxes: readonly Mailbox[]): Mailbox | null {
  return onlyMailbox(mailboxes.filter(({ address }) => !isInside(policy, address)));
}

function outsider(policy: DeskPolicy, mailbox: Mailbox): Mailbox | null {
  return isInside(policy, mailbox.address) ? null : mailbox;
}

function whyPassedOver(
  address: string | null,
  chosen: { readonly named: Mailbox | null; readonly requester: Requester | null },
): readonly string[] {
  const { named, requester } = chosen;
  if (address === null) return ['[for …] in its subject does not hold one plain address'];
  if (named === null) return ['[for …] in its subject names no requester, but the desk or its staff'];
  return isNamed(requester, named) ? [] : ['[for …] in its subject names somebody else, who is told nothing'];
}

function isNamed(requester: Requester | null, named: Mailbox | null): boolean {
  return requester?.address != null && named !== null && sameAddress(named.address, requester.address);
}

/** Only `[for …]` asks for an acknowledgement, and only to the address that it names. */
function whyUnanswered(policy: DeskPolicy, requester: Requester, named: Mailbox | null): string | null {
  if (named === null || !isNamed(requester, named)) return 'not answered: it comes from proven staff';
  if (isAlerted(policy, named.address)) return 'not answered: alerts go to the requester';
  return canReceive(named.address)
    ? null
    : 'not answered: not every server can carry mail to such an address';
}

/** Who opened a ticket for somebody else, by its first message; null where that is not known, or nobody did. */
export function openerOf(policy: DeskPolicy, ticket: Ticket): StaffMember | null {
  const { requesterFrom, rootIdentity } = ticket.entry;
  const root = ticket.messages.find(({ facts }) => facts.identity === rootIdentity)?.facts;
  if (root === undefined || requesterFrom === 'sender') return null;
  return staffMemberOf(policy, requesterFrom === 'redirected' ? root.resentFrom : root.sender.address);
}
