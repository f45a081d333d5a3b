/**
 * Writes letters, ready to be staged, by the tables of `letters.ts`. What a letter needs of its cause's body comes in as
 * a `Reading`; the same occasion written again gives the same Message-IDs, by which a second run finds what the first one
 * staged.
 */

import { composeHeader, composeText, type Frame, textEntity } from '../../message/compose/compose.js';
import { between } from '../../message/compose/original.js';
import { splitMessage } from '../../message/header/header-block.js';
import type { Mailbox } from '../../message/header/mailbox.js';
import type { DeskPolicy } from '../policy.js';
import { alertIds } from '../sign/alert-id.js';
import { signOrigin } from '../sign/origin.js';
import { keyedHash } from '../sign/signature.js';
import {
  isThreadIdOfOther,
  REQUESTER,
  type Role,
  readSignedId,
  signedId,
  signedTicketAddress,
  threadId,
} from '../sign/ticket-address.js';
import { commonWords } from './common-words.js';
import { marksOf, ticketSubject } from './letter-subject.js';
import type { LetterFrom, Purpose } from './letters.js';
import { isLater, type PassedOn } from './passed-on.js';
import type { Reading } from './reading.js';
import type { Addressed, Draft, Folders, Matter, Row } from './row.js';
import { rowOf, type Staging, stageMessage } from './staging.js';

export interface Writer {
  readonly policy: DeskPolicy;
  readonly now: Date;
  readonly folders: Folders;
}

export interface ComposedLetter {
  readonly stage: Staging;
  readonly messageId: string;
  /**
   * With its staging fields. Put together whenever it is asked for, from what is composed already: letters of one body
   * share it, so a relay to many takes no more memory than to one. Nothing can fail then.
   */
  readonly raw: Buffer;
}

/** Outlook and Exchange offer no reactions to such mail, and drop those that are sent (Microsoft, September 2023). */
const NO_REACTIONS = ['X-MS-Reactions', 'disallow'] as const;
/** Of a cause's own references this many are named again. */
const MAX_REPEATED_REFERENCES = 5;
const EMPTY_LINE = Buffer.from('\r\n');

/** A letter of any purpose, in the row's eyes. */
type Written = Draft<Addressed & { readonly purpose: Purpose }>;

interface Signed extends Written {
  readonly row: Row;
  /** For whom its ids and addresses are signed. */
  readonly role: Role;
}

export function composeLetter<O extends Matter>(
  writer: Writer,
  occasion: O,
  about: { readonly letter: LetterFrom<O>; readonly reading: Reading },
): ComposedLetter;
export function composeLetter(
  { policy, now, folders }: Writer,
  caused: Matter,
  { letter, reading }: { readonly letter: Written['letter']; readonly reading: Reading },
): ComposedLetter {
  const row = rowOf(letter);
  const ticket = letter.part ?? caused.ticket;
  const number = row.ofTicket === true ? (ticket?.entry.number ?? 0) : 0;
  const draft = { policy, occasion: { ...caused, ticket }, letter, number };
  const passed = passedBy(letter, row, reading);
  // Of what is passed on alone a text tells only while it is not there.
  const isAlone = row.reads === 'whole' && (passed === null || !isLater(passed));
  if (row.text === null || isAlone) return compose(draft, now, { passed, text: null });
  const words = row.words?.(draft, { folders, reading }) ?? commonWords(draft);
  return compose(draft, now, { passed, text: policy.render(row.text.name, words), ...leadOf(row, draft) });
}

function leadOf(row: Row, draft: Draft): Pick<Content, 'lead'> {
  return { lead: row.change?.(draft)?.words ?? null };
}

function passedBy(letter: Written['letter'], row: Row, { body, part }: Reading): PassedOn | null {
  if (row.reads === 'whole') return body;
  return 'whole' in letter && letter.whole === true ? part : null;
}

/** A message that is passed on, above the text if there is one; else the text alone. */
interface Content {
  readonly passed: PassedOn | null;
  readonly text: string | null;
  /** What stands above the message, where one is passed on. */
  readonly lead?: string | null;
}

export function compose(draft: Written, date: Date, content: Content): ComposedLetter {
  const { policy, occasion, letter, number } = draft;
  const row = rowOf(letter);
  const { member } = letter;
  const role: Role = row.toStaff === true && member !== undefined ? { kind: 'staff', member } : REQUESTER;
  const frame = { ...frameOf({ ...draft, row, role }), date };
  const { header, pieces } = put(frame, content);
  const signed = signOrigin(policy, header);
  const stage: Staging = {
    purpose: letter.purpose,
    ticket: number === 0 ? null : number,
    to: letter.to,
    cause: occasion.facts.identity,
    causeId: occasion.facts.messageId,
    ...(content.passed !== null && isLater(content.passed) ? { original: content.passed } : {}),
  };
  return {
    stage,
    messageId: frame.messageId,
    get raw() {
      return stageMessage(policy, stage, signed, ...pieces);
    },
  };
}

/** The header with its empty line, and the body in pieces: what is passed on is not copied. */
function put(
  frame: Frame,
  { passed, text, lead = null }: Content,
): { header: Buffer; pieces: readonly Buffer[] } {
  const first = passed === null ? null : lead;
  const original = passed === null || isLater(passed) ? null : passed;
  const under = (fields: Buffer): Buffer =>
    Buffer.concat([Buffer.from(composeHeader(frame)), fields, EMPTY_LINE]);
  if (text === null) {
    if (original === null) throw new TypeError('A reply can only be relayed with its bytes');
    return { header: under(original.fields), pieces: [original.body] };
  }
  if (original === null && first === null) {
    const { header, body } = splitMessage(composeText({ ...frame, text }));
    return { header, pieces: [body] };
  }
  const texts = {
    lead: first === null ? null : Buffer.from(textEntity(first)),
    below: Buffer.from(textEntity(text)),
  };
  const { fields, pieces } = between(texts, original);
  return { header: under(Buffer.from(fields)), pieces };
}

/** The Message-ID of a letter: derived from its cause, its purpose and its recipient, and signed for its ticket. */
function letterId(draft: Signed): string {
  const { policy, number, row, role } = draft;
  const name = letterName(draft);
  return row.isAlert === true ? alertIds(policy, name).messageId : signedId(policy, { number, role }, name);
}

function letterName({ policy, occasion, letter, row }: Signed): string {
  const cause = row.standsFor?.(letter) ?? occasion.facts.identity;
  const parts = [cause, letter.purpose, (letter.to ?? '').toLowerCase()];
  return keyedHash(policy.secrets[0], 'message id 1', parts);
}

function frameOf(draft: Signed): Omit<Frame, 'date'> {
  const { policy, letter, number, row, role } = draft;
  return {
    from: { name: row.sender?.(draft) ?? policy.name, address: policy.address },
    to: { name: '', address: letter.to ?? policy.address },
    replyTo: number === 0 ? undefined : replyTo(policy, number, role),
    subject: subjectOf(draft),
    messageId: letterId(draft),
    ...thread(draft),
    fields: [...(row.reads === 'whole' ? [] : automatic(row)), NO_REACTIONS],
  };
}

function automatic({ toStaff }: Row): readonly (readonly [string, string])[] {
  return [
    ['Auto-Submitted', toStaff === true ? 'auto-generated' : 'auto-replied'],
    ['X-Auto-Response-Suppress', 'All'],
  ];
}

function subjectOf(draft: Signed): string {
  const { policy, occasion, letter, number, row } = draft;
  const { facts, ticket } = occasion;
  if (number === 0 || ticket === null)
    return row.subject?.(draft) ?? `Re: ${facts.subject || policy.phrase('no-subject')}`;
  const answers = row.toStaff !== true;
  const marks = answers && letter.to !== null ? marksOf(policy, ticket, letter.to) : [];
  const state = row.change?.(draft)?.mark ?? null;
  return ticketSubject(policy, { subject: ticket.entry.subject, number, answers, marks, state });
}

function replyTo(policy: DeskPolicy, number: number, role: Role): Mailbox {
  const name = policy.phrase('reply-to-name', { deskName: policy.name, number });
  return { name, address: signedTicketAddress(policy, number, role) };
}

/** What a letter answers, and the ids that hold its thread together; the ticket's own id for this role comes first. */
function thread(draft: Signed): Pick<Frame, 'inReplyTo' | 'references'> {
  const { policy, occasion, number, row, role } = draft;
  const root = number === 0 ? [] : [threadId(policy, number, role), ...(row.threadIds?.(draft) ?? [])];
  if (row.isAlert === true)
    return { inReplyTo: null, references: [alertIds(policy, letterName(draft)).reference] };
  if (row.toStaff === true) {
    // A notice names the opening mail, which is in the ticket: else what staff answer would be a thread of its own there.
    return {
      inReplyTo: root[0] ?? null,
      references: [...root, ...ids(occasion.ticket?.entry.rootMessageId ?? null)],
    };
  }
  const { messageId, references } = row.answered?.(draft) ?? occasion.facts;
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

function ids(id: string | null): string[] {
  return id === null ? [] : [id];
}
