/**
 * Writes the letters of an occasion, ready to be staged. What a letter needs of its cause's body comes in as a
 * `Reading`; the same occasion written again gives the same Message-IDs, by which a second run finds what the first
 * one staged.
 */

import { type Composition, composeText } from '../../message/compose/compose.js';
import { cleanText } from '../../message/header/encoded-words.js';
import { splitMessage } from '../../message/header/header-block.js';
import type { Mailbox } from '../../message/header/mailbox.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn, signOrigin } from '../sign/origin.js';
import { digest } from '../sign/signature.js';
import {
  isThreadIdOfOther,
  REQUESTER,
  type Role,
  readSignedId,
  signedDoneAddress,
  signedId,
  signedTicketAddress,
  threadId,
} from '../sign/ticket-address.js';
import { newcomerId } from './audience.js';
import { marksOf, plainSubject, ticketSubject } from './letter-subject.js';
import type { Letter, Occasion } from './letters.js';
import { noticeText, senderShown } from './notice-text.js';
import type { Reading } from './reading.js';
import { relayed } from './relay.js';
import { type Stage, stageMessage } from './staging.js';

export interface Writer {
  readonly policy: DeskPolicy;
  readonly now: Date;
  readonly folders: { readonly review: string; readonly open: string; readonly archived: string };
}

export interface WrittenLetter {
  readonly stage: Stage;
  readonly messageId: string;
  /**
   * With its staging fields. Put together whenever it is asked for, from what is composed already: letters of one body
   * share it, so a relay to many takes no more memory than to one. Nothing can fail by then.
   */
  readonly raw: Buffer;
}

/** Outlook and Exchange offer no reactions to such mail, and drop those that are sent (Microsoft, September 2023). */
export const NO_REACTIONS = ['X-MS-Reactions', 'disallow'] as const;
const AUTOMATIC = [
  ['Auto-Submitted', 'auto-replied'],
  ['X-Auto-Response-Suppress', 'All'],
] as const;
const GENERATED = [
  ['Auto-Submitted', 'auto-generated'],
  ['X-Auto-Response-Suppress', 'All'],
] as const;
/** Letters that are about no ticket, or must not be taken for mail about one. */
const WITHOUT_TICKET = new Set<Letter['purpose']>(['error-report', 'review-notice', 'digest']);
/** Of a cause's own references this many are named again. */
const MAX_REPEATED_REFERENCES = 5;

function roleOf(letter: Letter): Role {
  return 'member' in letter && letter.purpose !== 'relay'
    ? { kind: 'staff', member: letter.member }
    : REQUESTER;
}

function numberOf(letter: Letter, occasion: Occasion): number {
  return WITHOUT_TICKET.has(letter.purpose) ? 0 : (occasion.ticket?.entry.number ?? 0);
}

/** The Message-ID of a letter: derived from its cause, its purpose and its recipient, and signed for its ticket. */
function letterId(policy: DeskPolicy, occasion: Occasion, letter: Letter): string {
  // A digest stands for all notices of its window, whichever of them was the first too many.
  const cause = letter.purpose === 'digest' ? `window ${letter.window}` : occasion.facts.identity;
  const parts = [cause, letter.purpose, (letter.to ?? '').toLowerCase()];
  const named = { number: numberOf(letter, occasion), role: roleOf(letter) };
  return signedId(policy, named, digest(policy.secrets[0], 'message id 1', parts));
}

export function writeLetter(
  writer: Writer,
  caused: Occasion,
  about: { letter: Letter; reading: Reading },
): WrittenLetter {
  const { policy } = writer;
  const { letter, reading } = about;
  const part = 'part' in letter ? letter.part : undefined;
  const occasion = part === undefined ? caused : { ...caused, ticket: part };
  const messageId = letterId(policy, occasion, letter);
  const number = numberOf(letter, occasion);
  const frame = frameOf(writer, occasion, letter);
  const { header, body } =
    letter.purpose === 'relay'
      ? relayed({ ...frame, fields: [NO_REACTIONS] }, { source: reading.source, member: letter.member })
      : splitMessage(composeText({ ...frame, text: textOf(writer, occasion, about) }));
  const signed = signOrigin(policy, header);
  const stage: Stage = {
    purpose: letter.purpose,
    ticket: number === 0 ? null : number,
    to: letter.to,
    cause: occasion.facts.identity,
    causeId: occasion.facts.messageId,
  };
  return {
    stage,
    messageId,
    get raw() {
      return stageMessage(policy, stage, signed, body);
    },
  };
}

export type Frame = Omit<Composition, 'text'>;

const ANSWERS = new Set<Letter['purpose']>([
  'acknowledgement',
  'filing-note',
  'confirmation',
  'error-report',
  'relay',
]);

/** Everything of a letter but its text. */
function frameOf(writer: Writer, occasion: Occasion, letter: Letter): Frame {
  const { policy, now } = writer;
  const { facts, ticket } = occasion;
  const number = numberOf(letter, occasion);
  const answers = ANSWERS.has(letter.purpose);
  const subject = ticket?.entry.subject ?? facts.subject;
  const marks = answers && ticket !== null && letter.to !== null ? marksOf(policy, ticket, letter.to) : [];
  return {
    from: sender(policy, occasion, letter),
    to: { name: '', address: letter.to ?? policy.address },
    replyTo: number === 0 ? undefined : replyTo(policy, number, roleOf(letter)),
    subject:
      number === 0
        ? plainSubject(policy, letter, facts.subject)
        : ticketSubject(policy, { subject, number, answers, marks }),
    messageId: letterId(policy, occasion, letter),
    ...thread(policy, occasion, letter),
    date: now,
    fields: [...(answers ? AUTOMATIC : GENERATED), NO_REACTIONS],
  };
}

function replyTo(policy: DeskPolicy, number: number, role: Role): Mailbox {
  const name = policy.phrase('reply-to-name', { deskName: policy.name, number });
  return { name, address: signedTicketAddress(policy, number, role) };
}

/** What a letter answers, and the ids that hold its thread together; the ticket's own id for this role comes first. */
function thread(
  policy: DeskPolicy,
  occasion: Occasion,
  letter: Letter,
): Pick<Frame, 'inReplyTo' | 'references'> {
  const number = numberOf(letter, occasion);
  const root =
    number === 0 ? [] : [threadId(policy, number, roleOf(letter)), ...newcomer(policy, occasion, letter)];
  if (!ANSWERS.has(letter.purpose)) {
    // A notice names the opening mail, which is in the ticket: else what staff answer would be a thread of its own there.
    return {
      inReplyTo: root[0] ?? null,
      references: [...root, ...ids(occasion.ticket?.entry.rootMessageId ?? null)],
    };
  }
  const { messageId, references } = answeredBy(policy, occasion, letter);
  // What was made for staff alone stays with staff: in other hands such an id would be half of their power.
  const others = references.filter((id) => readSignedId(policy, id)?.role.kind !== 'staff');
  const chain = [
    ...root,
    ...theirRoot(policy, others),
    ...others.slice(-MAX_REPEATED_REFERENCES),
    ...ids(messageId),
  ];
  return { inReplyTo: messageId, references: [...new Set(chain)] };
}

/** By this one another desk of this software knows its ticket, also where its host replaces Message-IDs. */
function theirRoot(policy: DeskPolicy, references: readonly string[]): string[] {
  return ids(references.findLast((id) => isThreadIdOfOther(policy, id)) ?? null);
}

function newcomer(policy: DeskPolicy, { decision, facts, ticket }: Occasion, letter: Letter): string[] {
  if (letter.purpose !== 'notice' || !decision.newcomer || ticket === null) return [];
  return [
    newcomerId(policy, { number: ticket.entry.number, member: letter.member, identity: facts.identity }),
  ];
}

function ids(id: string | null): string[] {
  return id === null ? [] : [id];
}

/**
 * The message that a letter answers: a relay answers the requester's last one, all else the cause; but where staff
 * opened the ticket for the requester, that mail is none that the requester knows.
 */
function answeredBy(
  policy: DeskPolicy,
  occasion: Occasion,
  letter: Letter,
): { messageId: string | null; references: readonly string[] } {
  if (letter.purpose === 'acknowledgement' && occasion.decision.requester !== null)
    return { messageId: occasion.facts.forwarded?.messageId ?? null, references: [] };
  if (letter.purpose !== 'relay' || occasion.ticket === null) return occasion.facts;
  const { entry, messages } = occasion.ticket;
  const last = messages.findLast(
    // The requester may be another desk of this software, whose mail bears the same field.
    ({ facts }) => facts.sender.answerTo === entry.requester && !isOwn(policy, facts),
  );
  const isTheirs = entry.requesterFrom === 'sender' || entry.requesterFrom === 'redirected';
  return last?.facts ?? { messageId: isTheirs ? entry.rootMessageId : null, references: [] };
}

function sender(policy: DeskPolicy, occasion: Occasion, letter: Letter): Mailbox {
  if (letter.purpose === 'notice') {
    const who = senderShown(policy, occasion.facts);
    return { name: `${who} (${policy.name})`, address: policy.address };
  }
  if (letter.purpose === 'relay' && letter.member.name !== '') {
    const name = policy.phrase('relay-name', { member: letter.member.name, deskName: policy.name });
    return { name, address: policy.address };
  }
  return { name: policy.name, address: policy.address };
}

function textOf(writer: Writer, occasion: Occasion, about: { letter: Letter; reading: Reading }): string {
  const { policy, folders } = writer;
  const { facts, ticket } = occasion;
  const { letter } = about;
  const number = numberOf(letter, occasion);
  const subject = cleanText(ticket?.entry.subject ?? facts.subject, 200) || policy.phrase('no-subject');
  const answer = policy.addresses === null ? null : signedTicketAddress(policy, number, REQUESTER);
  const common = {
    deskName: policy.name,
    deskAddress: policy.address,
    number,
    subject,
    replyAddress: answer,
  };
  switch (letter.purpose) {
    case 'acknowledgement':
      return policy.render('acknowledgement', {
        ...common,
        doneAddress: signedDoneAddress(policy, number, REQUESTER),
        follows: ticket?.entry.follows ?? null,
      });
    case 'filing-note':
      return policy.render('filing-note', {
        ...common,
        reason: policy.phrase(letter.why.name, letter.why.values),
      });
    case 'confirmation':
      return policy.render('confirmation-closed', common);
    case 'error-report':
      return policy.render('error-report', { ...common, number: letter.number });
    case 'review-notice':
      return policy.render('review-notice', {
        ...common,
        folder: folders.review,
        openFolder: folders.open,
        from: facts.sender.shown,
        reason: policy.phrase(letter.why.name, letter.why.values),
      });
    case 'digest':
      return policy.render('digest', {
        deskName: policy.name,
        openFolder: folders.open,
        minutes: policy.limits.noticesPerMember.withinMs / 60_000,
      });
    case 'not-relayed':
      return policy.render('not-relayed', {
        ...common,
        reason: policy.phrase(letter.why?.name ?? 'not-relayed-unproven'),
      });
    case 'notice':
      return noticeText(policy, occasion, { ...letter, reading: about.reading, folders });
    case 'relay':
      throw new TypeError('A relay has its own words');
  }
}
