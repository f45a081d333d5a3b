/**
 * A message as another one passes it on: its body byte for byte, with the fields that describe it and no others, alone or
 * beside words of the desk's (RFC 2046 §5.1.3). Whatever is in it arrives as it was: a signature stays valid, and what is
 * broken stays broken in its own part.
 */

import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import libmime from 'libmime';
import { readContentType } from '../header/content-type.js';
import { parseHeaderBlock, splitMessage } from '../header/header-block.js';
import { foldField } from '../header/header-encoding.js';
import { NotConvertible, sevenBit } from './seven-bit.js';

export interface Original {
  /** Those that describe the body, each ended by CRLF, without an empty line. */
  readonly fields: Buffer;
  /** Bytes of the message itself, not a copy of them, unless some are left out. */
  readonly body: Buffer;
}

/** Of a message that takes another one's body as its own. */
const DESCRIBES_BODY = /^(?:mime-version|content-(?:type|transfer-encoding|language|disposition))$/;
/** Of a part (RFC 2045 §3). */
const DESCRIBES_PART = /^content-/;
/** RFC 5322 §2.1.1, without the line end. */
const MAX_LINE_BYTES = 998;
const CRLF = Buffer.from('\r\n');
const UTF8_TEXT = Buffer.from(
  `${foldField('Content-Type', 'text/plain; charset=utf-8')}${foldField('Content-Transfer-Encoding', '8bit')}`,
);
/** What is passed on, and a text. */
const MAX_ABOVE = 2;
const BOUNDARY = /^[0-9a-f]{40}-part$/;

/** Bytes of a message's body, from the first to the one behind the last. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/**
 * What becomes the body of a message, without `cuts`, which are in order. Of its other fields none goes along, so no trace
 * of its way does.
 */
export function asBody(raw: Buffer, cuts: readonly Cut[] = []): Original {
  const { fields, body } = originalOf(raw, DESCRIBES_BODY);
  return { fields, body: cuts.length === 0 ? body : without(body, cuts) };
}

function without(body: Buffer, cuts: readonly Cut[]): Buffer {
  const starts = [0, ...cuts.map(({ to }) => to)];
  const ends = [...cuts.map(({ from }) => from), body.length];
  return Buffer.concat(starts.map((start, index) => body.subarray(start, ends[index])));
}

/** What becomes a part of a message. Of a text that does not say in what it is written, one that is UTF-8 is called so. */
export function asPart(raw: Buffer): Original {
  const { fields, body } = originalOf(raw, DESCRIBES_PART);
  const isNamed = fields.length > 0 || isAscii(body) || !isUtf8(body);
  return { fields: isNamed ? fields : UTF8_TEXT, body };
}

function originalOf(raw: Buffer, describes: RegExp): Original {
  const { header, body } = splitMessage(raw);
  const kept = parseHeaderBlock(header).fields.filter(({ name }) => describes.test(name));
  return { fields: Buffer.concat(kept.map(({ raw: field }) => withoutControls(field))), body };
}

/** A field as it came, but for what no server takes in a header and no reader sees. */
function withoutControls(field: Buffer): Buffer {
  const text = isUtf8(field) ? field.toString('utf8') : field.toString('latin1').replace(/[\x80-\xff]/g, '');
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffd]/g, ''));
  return Buffer.from(`${lines.filter((line) => line !== '').join('\r\n')}\r\n`);
}

/** By which it is known again: SHA-256 (hex) of its fields, an empty line and its body. */
export function originalSha256({ fields, body }: Original): string {
  const hash = createHash('sha256');
  for (const bytes of [fields, CRLF, body]) hash.update(bytes);
  return hash.digest('hex');
}

/** Words of the desk's, each a part with its fields, its empty line and its lines (`textEntity`). */
export interface Around {
  /** Above what is passed on; null where nothing has to be said first. */
  readonly lead: Buffer | null;
  readonly below: Buffer;
}

/**
 * A multipart/mixed of a part that is passed on and a text below it, which is a part as well: the fields that describe it, and its body in pieces, of
 * which the part's body is one. Below, since a program that shows one text alone shows the first, and since what is answered
 * is then quoted first; above stands only what must be read first. Without the part (null) it is the texts alone, which
 * `takenApart` tells from one another.
 */
export function between(
  { lead, below }: Around,
  part: Original | null,
): { fields: string; pieces: readonly Buffer[] } {
  const passed = part === null ? [] : [part.fields, CRLF, part.body];
  const boundary = boundaryFor([...passed, below, ...(lead === null ? [] : [lead])]);
  const type = libmime.buildHeaderValue({ value: 'multipart/mixed', params: { boundary } });
  const isPlain = [...passed, below].every((bytes) => isAscii(bytes));
  const fields = [
    foldField('MIME-Version', '1.0'),
    foldField('Content-Type', type),
    ...(isPlain ? [] : [foldField('Content-Transfer-Encoding', '8bit')]),
  ];
  const parts = [...(lead === null ? [] : [[lead]]), ...(part === null ? [] : [passed]), [below]];
  return {
    fields: fields.join(''),
    pieces: [
      ...parts.flatMap((pieces, index) => [
        Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n`),
        ...pieces,
      ]),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ],
  };
}

/** The parts of such a message, each with its fields: the text below, and what stands above it; null for any other message. */
export function takenApart(
  raw: Buffer,
): { readonly above: readonly Buffer[]; readonly below: Buffer } | null {
  const { header, body } = splitMessage(raw);
  const { type, parameters } = readContentType(parseHeaderBlock(header));
  const boundary = parameters.get('boundary') ?? '';
  if (type !== 'multipart/mixed' || !BOUNDARY.test(boundary)) return null;
  const delimiter = `\r\n--${boundary}`;
  const end = body.lastIndexOf(`${delimiter}--\r\n`);
  if (end < 0 || body.indexOf(`--${boundary}\r\n`) !== 0) return null;
  const parts: Buffer[] = [];
  let from = boundary.length + 4;
  for (
    let at = body.indexOf(`${delimiter}\r\n`, from);
    at >= 0;
    at = body.indexOf(`${delimiter}\r\n`, from)
  ) {
    parts.push(body.subarray(from, at));
    from = at + delimiter.length + 2;
  }
  if (parts.length === 0 || parts.length > MAX_ABOVE || end < from) return null;
  return { above: parts, below: body.subarray(from, end) };
}

/** Nothing in them can hold what is made of all their bytes, or begin as it does but by chance. */
function boundaryFor(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const bytes of pieces) hash.update(bytes);
  return `${hash.digest('hex').slice(0, 40)}-part`;
}

/**
 * Whether a part has something to show, and every server takes it as it is: in lines (RFC 5322 §2.1.1, RFC 3501 §4.3.1), and
 * in 7 bits where it has to.
 */
export function canGoAlong(part: Original): boolean {
  return !isBlank(part.body) && [part.fields, part.body].every(isInLines) && canBeSevenBit(part);
}

function isBlank(body: Buffer): boolean {
  return body.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function isInLines(body: Buffer): boolean {
  if (body.includes(0)) return false;
  let at = 0;
  for (let end = body.indexOf('\r'); end >= 0; end = body.indexOf('\r', at)) {
    const feed = body.indexOf('\n', at);
    if (feed !== end + 1 || end - at > MAX_LINE_BYTES) return false;
    at = feed + 1;
  }
  return body.length - at <= MAX_LINE_BYTES && body.indexOf('\n', at) < 0;
}

function canBeSevenBit({ fields, body }: Original): boolean {
  if (isAscii(fields) && isAscii(body)) return true;
  try {
    sevenBit(Buffer.concat([fields, CRLF, body]));
    return true;
  } catch (error) {
    if (error instanceof NotConvertible) return false;
    throw error;
  }
}
