/** What a notice says below the first words of the message. */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { LeftOut } from '../../message/quotes/shown-words.js';
import type { PhraseName } from '../phrases.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
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
import type { Reading } from './reading.js';
import type { Draft, Folders, Occasion } from './row.js';
import { senderShown } from './sender-shown.js';
import { stateChange } from './state-change.js';
import { DESK_NAME, FOLLOWS, NUMBER, type Text } from './text.js';
import { unprovenText } from './unproven.js';

export const NOTICE_TEXT: Text = {
  name: 'notice',
  about: 'Goes to staff for each message that joins a ticket.',
  offered: ['deskName', 'number'],
  variables: {
    deskName: DESK_NAME,
    number: NUMBER,
    changed:
      'that the message closed or reopened the ticket, and who wrote it, as a sentence, where that does not stand above this text; else empty',
    excerpt: 'the words of the message, without what it quotes of earlier mail; empty if it has no text',
    left: 'how many lines that leaves out, and where the whole message is; empty if none',
    writtenBy:
      'who wrote the message, if that stands itself above this text, with all that it carries; else empty, and then its words and attachments are told',
    attachedTo: 'where the attachments are; empty if none are told',
    attachments: {
      about: 'the attachments',
      items: {
        fileName: 'name of the file',
        type: 'its type, such as application/pdf',
        size: 'its size, such as 12 KB',
      },
    },
    replyGoesTo: 'who gets the reply to this notice; empty if nobody outside does',
    doneAddress: 'the address that closes the ticket; empty if there is none',
    colleaguesAddress: 'the address for notes to colleagues; empty if there is none',
    newcomer: 'true if the sender is new to the ticket',
    closeRefused: 'true if the message asks for a close that its sender may not ask for',
    reopenRefused: 'true if the message came to a closed ticket, which it may not reopen',
    unproven:
      'what staff should know of a message under a staff member’s address that is not proven to be theirs, as sentences; else empty',
    automatic: 'true if a machine wrote the message',
    notJoined: { about: 'people in To or Cc who did not join the ticket', items: { '.': 'the address' } },
    follows: FOLLOWS,
    openedFor: 'the requester, where staff opened the ticket for somebody else; else empty',
    openedBy: 'the name of the staff member who did so; empty if it is not known',
    redirected: 'true if the requester is the sender of a mail that staff redirected',
    forwarded: 'true if the requester is the sender of a mail that is attached',
    namedInSubject: 'true if the requester stands in [for …] in the subject',
    namedAsRecipient: 'true if the requester is the one outsider in To and Cc',
    namedInReplyTo:
      'true if the requester is the one outsider in Reply-To of mail from the desk’s own account',
  },
};

export interface Notice {
  readonly to: string;
  readonly member: StaffMember;
  /** Where the member's answer will go. */
  readonly answerTo: readonly string[];
  /** The message itself stands above, if it can go along. */
  readonly whole?: true;
  readonly part?: Ticket;
}

export function noticeWords(
  { policy, occasion, letter }: Draft<Notice, Occasion>,
  { reading, folders }: { reading: Reading; folders: Pick<Folders, 'open' | 'archived'> },
): Readonly<Record<string, unknown>> {
  const { answerTo, member } = letter;
  const { decision, ticket } = occasion;
  const number = ticket?.entry.number ?? 0;
  const folder = folders[ticket?.state ?? 'open'];
  const notJoined = ticket === null ? [] : outsiders(policy, occasion.facts, ticket);
  // The text may be quoted to anybody, so no address in it gives the power to speak in the desk's name.
  const role: Role = { kind: 'staff', member, limited: true };
  const unproven = unprovenText(policy, occasion);
  return {
    deskName: policy.name,
    number,
    ...toldOf(policy, { occasion, whole: letter.whole === true }, { reading, where: { folder, number } }),
    automatic: decision.automatic !== null && !['list', 'reaction'].includes(decision.automatic.kind),
    newcomer: decision.newcomer && unproven === null,
    closeRefused: decision.refused === 'close',
    reopenRefused: decision.refused === 'reopen',
    unproven,
    follows: decision.follows,
    hasNotJoined: notJoined.length > 0,
    notJoined,
    ...openedFor(decision),
    doneAddress: signedDoneAddress(policy, number, role),
    replyGoesTo: answerTo.join(', '),
    colleaguesAddress: policy.staff.length > 1 ? signedNoteAddress(policy, number, role) : null,
  };
}

/** What is told of the message: nothing of it where it stands above. */
function toldOf(
  policy: DeskPolicy,
  { occasion, whole }: { readonly occasion: Occasion; readonly whole: boolean },
  shown: { readonly reading: Reading; readonly where: Where },
): Record<string, unknown> {
  if (whole && shown.reading.part !== null) return standingAbove(policy, occasion.facts);
  const changed = stateChange(policy, occasion)?.words ?? null;
  return { changed, ...excerptOf(policy, occasion.facts, shown) };
}

function standingAbove(policy: DeskPolicy, { sender }: Facts): Record<string, unknown> {
  const writtenBy = sender.shown || policy.phrase('unknown-sender');
  return {
    writtenBy,
    changed: null,
    attachedTo: null,
    left: null,
    excerpt: '',
    hasAttachments: false,
    attachments: [],
  };
}

function excerptOf(
  policy: DeskPolicy,
  facts: Facts,
  { reading, where }: { readonly reading: Reading; readonly where: Where },
): Record<string, unknown> {
  const attachments = reading.attachments.map((one) => ({ ...one, size: sizeText(policy, one.size) }));
  const hasAttachments = attachments.length > 0;
  return {
    writtenBy: null,
    attachedTo: hasAttachments ? policy.phrase('attached-to', where) : null,
    left: leftText(policy, reading, { where, bytes: facts.size }),
    excerpt: reactionText(policy, facts) ?? withNotes(policy, reading),
    hasAttachments,
    attachments,
  };
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

/** In which folder, with which ticket. */
type Where = Readonly<Record<'folder' | 'number', string | number>>;

/** What of the message is not in the notice, and where all of it is. */
function leftText(
  policy: DeskPolicy,
  { left, cut }: Reading,
  { where, bytes }: { readonly where: Where; readonly bytes: number },
): string | null {
  if (cut) return policy.phrase('left-unread', { ...where, size: sizeText(policy, bytes) });
  return left === null ? null : policy.phrase(leftPhrase(left), { ...left, ...where });
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
