/**
 * Composing the desk's own mail: strictly valid (RFC 5322, RFC 2045, RFC 2047), since some servers refuse less on
 * APPEND. Whatever strings go in, no value can end its field or begin another one: controls and line breaks are
 * taken out before anything is written.
 */

import { encodeQuotedPrintable, MAX_BODY_LINE_BYTES } from '../body/quoted-printable.js';
import { canonicalAddress, MAX_NAME_CHARACTERS } from '../header/addresses.js';
import { cleanLines, cleanText } from '../header/encoded-words.js';
import { encodeUnstructured, foldField, formatMailbox } from '../header/header-encoding.js';
import type { Mailbox } from '../header/mailbox.js';
import { MAX_MESSAGE_ID_CHARACTERS } from '../header/message-ids.js';
import { MAX_SUBJECT_CHARACTERS } from '../header/subject.js';

/** Of longer chains the first and the newest ids stay. */
export const MAX_COMPOSED_REFERENCES = 20;

/** Everything of a message but its text. */
export interface Frame {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo?: Mailbox | undefined;
  readonly subject: string;
  /** All ids are without angle brackets. */
  readonly messageId: string;
  readonly inReplyTo?: string | null | undefined;
  readonly references: readonly string[];
  readonly date: Date;
  /**
   * Further fields, in order. A value of printable ASCII stands as it is, encoded words and spaces included; other
   * text becomes encoded words. A word of more than 910 characters is broken by a space, as no line may hold it.
   */
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
}

export interface Composition extends Frame {
  /** Plain text; any line ends. */
  readonly text: string;
}

/**
 * A whole message with one text/plain part, all lines ended by CRLF: 7bit if the text is short-lined ASCII, else
 * quoted-printable UTF-8. Throws a TypeError for a mailbox whose address is none (`canonicalAddress`): a caller has
 * read such an address from nowhere.
 */
export function composeText(message: Composition): Buffer {
  const version = foldField('MIME-Version', '1.0');
  return Buffer.from(`${composeHeader(message)}${version}${textEntity(message.text)}`, 'utf8');
}

/** The text as a part, or as what stands below the header of a message: its fields, the empty line and its lines. */
export function textEntity(text: string): string {
  const body = composeBody(text);
  const described = [
    foldField('Content-Type', body.isAscii ? 'text/plain; charset=us-ascii' : 'text/plain; charset=utf-8'),
    foldField('Content-Transfer-Encoding', body.encoding),
  ];
  return `${described.join('')}\r\n${body.encoded}`;
}

/** The fields of a message, but for those that describe its body, and without the empty line. */
export function composeHeader(message: Frame): string {
  return [
    foldField('From', mailbox(message.from)),
    foldField('To', mailbox(message.to)),
    ...(message.replyTo === undefined ? [] : [foldField('Reply-To', mailbox(message.replyTo))]),
    foldField('Subject', encodeUnstructured(cleanText(message.subject, MAX_SUBJECT_CHARACTERS))),
    foldField('Date', formatDate(message.date)),
    ...idFields(message),
    ...(message.fields ?? []).flatMap(([name, value]) => furtherField(name, value)),
  ].join('');
}

/** RFC 5322 §3.3, in UTC; a date that is none, or not of the years 1970 to 9999, becomes the first of 1970. */
export function formatDate(date: Date): string {
  const time = date.getTime();
  const isWritable = time >= 0 && time < Date.UTC(10_000, 0);
  return new Date(isWritable ? time : 0).toUTCString().replace('GMT', '+0000');
}

function mailbox({ name, address }: Mailbox): string {
  const canonical = canonicalAddress(address);
  if (canonical === null) throw new TypeError('A mailbox to compose for has no usable address');
  return formatMailbox(cleanText(name, MAX_NAME_CHARACTERS), canonical);
}

function idFields(message: Frame): string[] {
  const own = bracket(message.messageId);
  const answered = bracket(message.inReplyTo ?? '');
  const chain = [...new Set(message.references.map(bracket).filter((id) => id !== ''))];
  const kept =
    chain.length > MAX_COMPOSED_REFERENCES
      ? [...chain.slice(0, 1), ...chain.slice(1 - MAX_COMPOSED_REFERENCES)]
      : chain;
  return [
    ...(own === '' ? [] : [foldField('Message-ID', own)]),
    ...(answered === '' ? [] : [foldField('In-Reply-To', answered)]),
    ...(kept.length === 0 ? [] : [foldField('References', kept.join(' '))]),
  ];
}

/** '' for an id of which nothing usable is left. */
function bracket(id: string): string {
  const usable = id.replace(/[^!-~]|[<>]/g, '');
  return usable === '' || usable.length > MAX_MESSAGE_ID_CHARACTERS ? '' : `<${usable}>`;
}

function furtherField(name: string, value: string): string[] {
  const usable = name.replace(/[^!-9;-~]/g, '');
  const text = value.replace(/[\0-\x1f\x7f]+/g, ' ').trim();
  if (usable === '') return [];
  return [foldField(usable, /^[ -~]*$/.test(text) ? text : encodeUnstructured(text))];
}

interface Body {
  readonly encoded: string;
  readonly encoding: '7bit' | 'quoted-printable';
  readonly isAscii: boolean;
}

function composeBody(text: string): Body {
  const lines = cleanLines(text).split('\n');
  while (lines.at(-1) === '') lines.pop();
  const isAscii = lines.every((line) => /^[\t -~]*$/.test(line));
  const isPlain =
    isAscii && lines.every((line) => line.length <= MAX_BODY_LINE_BYTES && !/^(?:From |\.)/.test(line));
  const encoded = isPlain ? lines : lines.map(encodeQuotedPrintable);
  return {
    encoded: encoded.map((line) => `${line}\r\n`).join(''),
    encoding: isPlain ? '7bit' : 'quoted-printable',
    isAscii,
  };
}
