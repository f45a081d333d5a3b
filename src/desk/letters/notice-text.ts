/** What a notice says below the first words of the message. */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { LeftOut } from '../../message/quotes/shown-words.js';
import type { DeskPolicy, PhraseName, StaffMember } from '../policy.js';
import {
  isDeskAddress,
  type Role,
  signedDoneAddress,
  signedNoteAddress,
  staffMemberOf,
} from '../sign/ticket-address.js';
import type { Decision } from '../ticket/decision.js';
import { participants } from '../ticket/participants.js';
import { type Ticket } from '../ticket/ticket.js';
import type { Occasion } from './letters.js';
import type { Reading } from './reading.js';
import type { Writer } from './write.js';

export function noticeText(
  policy: DeskPolicy,
  occasion: Occasion,
  notice: {
    readonly member: StaffMember;
    readonly answerTo: readonly string[];
    readonly reading: Reading;
    readonly folders: Pick<Writer['folders'], 'open' | 'archived'>;
  },
): string {
  const { reading, answerTo, member } = notice;
  const { decision, ticket } = occasion;
  const number = ticket?.entry.number ?? 0;
  const notJoined = ticket === null ? [] : outsiders(policy, occasion.facts, ticket);
  // The text may be quoted to anybody, so no address in it gives the power to speak in the desk's name.
  const role: Role = { kind: 'staff', member, limited: true };
  return policy.render('notice', {
    deskName: policy.name,
    number,
    left: leftText(policy, reading, notice.folders[ticket?.state ?? 'open']),
    excerpt: reactionText(policy, occasion.facts) ?? withNotes(policy, reading),
    hasAttachments: reading.attachments.length > 0,
    attachments: reading.attachments.map((one) => ({ ...one, size: sizeText(policy, one.size) })),
    automatic: decision.automatic !== null && !['list', 'reaction'].includes(decision.automatic.kind),
    newcomer: decision.newcomer,
    closeRefused: decision.refused === 'close',
    follows: decision.follows,
    hasNotJoined: notJoined.length > 0,
    notJoined,
    ...openedFor(decision),
    doneAddress: signedDoneAddress(policy, number, role),
    replyGoesTo: answerTo.join(', '),
    colleaguesAddress: policy.staff.length > 1 ? signedNoteAddress(policy, number, role) : null,
  });
}

/** Who sent a message, in a few words. */
export function senderShown(policy: DeskPolicy, { sender }: Facts): string {
  return sender.name || (sender.answerTo ?? policy.phrase('unknown-sender'));
}

/** The one line that tells of a reaction; null for all other mail. */
function reactionText(policy: DeskPolicy, facts: Facts): string | null {
  const { reaction } = facts;
  if (reaction === null) return null;
  const who = senderShown(policy, facts);
  return reaction.emoji === null
    ? policy.phrase('reacted', { who })
    : policy.phrase('reacted-with', { who, emoji: reaction.emoji });
}

/** What of the message is not in the notice, and where all of it is. */
function leftText(policy: DeskPolicy, { left, cut }: Reading, folder: string): string | null {
  if (cut) return policy.phrase('left-unread', { folder });
  return left === null ? null : policy.phrase(leftPhrase(left), { ...left, folder });
}

function leftPhrase({ lines, quoted }: LeftOut): PhraseName {
  if (quoted === 0) return lines === 1 ? 'left-line' : 'left-lines';
  if (quoted < lines) return 'left-lines-some-quoted';
  return lines === 1 ? 'left-line-quoted' : 'left-lines-quoted';
}

/** The words, and below them what a reader should know: that the mail is encrypted, and what messages it passes on. */
function withNotes(policy: DeskPolicy, { excerpt, notes = [] }: Reading): string {
  const lines = notes.map((note) =>
    note.kind === 'encrypted'
      ? policy.phrase('note-encrypted')
      : policy.phrase('note-attached-message', {
          subject: note.subject || policy.phrase('no-subject'),
          from: note.from || policy.phrase('unknown-sender'),
        }),
  );
  return [excerpt, lines.join('\n')].filter((some) => some !== '').join('\n\n');
}

/** Of the notice that a ticket is new: whose matter it is, where somebody else opened it. */
function openedFor({ requester, staff }: Decision): Record<string, unknown> {
  return {
    openedFor: requester?.address ?? null,
    // A redirected mail only says who did it.
    openedBy: staff === null || staff.name === '' ? null : staff.name,
    redirected: requester?.from === 'redirected',
    forwarded: requester?.from === 'forwarded',
    namedInSubject: requester?.from === 'subject',
    namedAsRecipient: requester?.from === 'recipient',
    namedInReplyTo: requester?.from === 'reply-to',
  };
}

const MAX_NOT_JOINED = 10;

/** Whom a message names in To and Cc without their having joined the ticket. */
function outsiders(policy: DeskPolicy, facts: Facts, ticket: Ticket): readonly string[] {
  const people = participants(policy, ticket);
  const named = facts.toAndCc.map(({ address }) => address);
  return named
    .filter((address) => !isDeskAddress(policy, address) && staffMemberOf(policy, address) === null)
    .filter((address) => !people.some((known) => sameAddress(known, address)))
    .slice(0, MAX_NOT_JOINED);
}

/** A size in words, from bytes. */
export function sizeText(policy: DeskPolicy, bytes: number): string {
  if (bytes < 1_000) return policy.phrase('size-bytes', { size: bytes });
  if (bytes < 1_000_000) return policy.phrase('size-kilobytes', { size: Math.round(bytes / 1_000) });
  const tenths = Math.round(bytes / 100_000);
  return policy.phrase('size-megabytes', { whole: Math.floor(tenths / 10), tenth: tenths % 10 });
}
