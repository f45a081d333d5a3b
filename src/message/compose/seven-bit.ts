/**
 * A message without any byte above 127, for a mail server that cannot carry such bytes (RFC 6152 §3): text goes in
 * quoted-printable, all else in base64, and raw 8-bit text in a header field is encoded. What is ASCII stays byte for
 * byte as it is. The stored copy is never changed: this is made on the way out.
 *
 * What somebody has signed or encrypted is not converted, since a signature would fail then (RFC 1847 §2.1 has such
 * parts made of 7 bits to begin with).
 */
import { isAscii, isUtf8 } from 'node:buffer';
import libmime from 'libmime';
import { base64Lines } from '../body/base64.js';
import { isMessage, MAX_PART_DEPTH } from '../body/message-parts.js';
import { encodeBinaryText } from '../body/quoted-printable.js';
import { readContentType } from '../header/content-type.js';
import {
  fieldValues,
  type HeaderBlock,
  type HeaderField,
  parseHeaderBlock,
  splitMessage,
} from '../header/header-block.js';
import { encodeUnstructured, foldField } from '../header/header-encoding.js';

/** Why a message cannot be written in 7 bits: it is signed or encrypted, or its header or its parts are not in order. */
export type Obstacle = 'signed' | 'header' | 'parts';

export class NotConvertible extends Error {
  override readonly name = 'NotConvertible';
  readonly obstacle: Obstacle;

  constructor(obstacle: Obstacle) {
    super(`a message cannot be written in 7 bits (${obstacle})`);
    this.obstacle = obstacle;
  }
}

const CRLF = Buffer.from('\r\n');
const IDENTITY = new Set(['7bit', '8bit', 'binary', '']);
const DELIMITER_END = /^(?:--)?[ \t]*(?:\r?\n|$)/;

/** The whole message in 7 bits. Throws NotConvertible. */
export function sevenBit(raw: Buffer): Buffer {
  return convert(raw, { depth: 0, whole: true });
}

/** The message with a header in 7 bits, and its body as it is. Throws NotConvertible. */
export function sevenBitHeader(raw: Buffer): Buffer {
  const { header, body } = splitMessage(raw);
  return isAscii(header) ? raw : Buffer.concat([...asciiFields(parseHeaderBlock(header)), CRLF, body]);
}

interface Where {
  readonly depth: number;
  /** A message, and not a part of one. */
  readonly whole: boolean;
}

function convert(entity: Buffer, where: Where): Buffer {
  if (isAscii(entity)) return entity;
  if (where.depth > MAX_PART_DEPTH) throw new NotConvertible('parts');
  const { header, body } = splitMessage(entity);
  const block = parseHeaderBlock(header);
  const { type, parameters } = readContentType(block);
  if (type === 'multipart/signed' || type === 'multipart/encrypted') throw new NotConvertible('signed');
  const fields = asciiFields(block);
  if (isAscii(body)) return Buffer.concat([...fields, CRLF, body]);
  if (type.startsWith('multipart/')) {
    const parts = convertParts(body, parameters.get('boundary') ?? '', where.depth);
    return Buffer.concat([...withEncoding(fields, block, '7bit'), CRLF, parts]);
  }
  if (isMessage(type)) {
    const inside = convert(body, { depth: where.depth + 1, whole: true });
    return Buffer.concat([...withEncoding(fields, block, '7bit'), CRLF, inside]);
  }
  if (type.startsWith('message/')) throw new NotConvertible('parts');
  return leaf(fields, block, { type, body, whole: where.whole });
}

function leaf(
  fields: readonly Buffer[],
  block: HeaderBlock,
  part: { readonly type: string; readonly body: Buffer; readonly whole: boolean },
): Buffer {
  const encoding = encodingOf(block);
  const isText = part.type.startsWith('text/');
  // Stray bytes in what claims to be quoted-printable mean themselves.
  if (encoding === 'quoted-printable')
    return Buffer.concat([...fields, CRLF, Buffer.from(escapeStray(part.body))]);
  if (!IDENTITY.has(encoding)) throw new NotConvertible('parts');
  const written = withEncoding(fields, block, isText ? 'quoted-printable' : 'base64');
  const body = isText ? encodeBinaryText(part.body) : base64Lines(part.body);
  return Buffer.concat([...written, ...(part.whole ? named(block, part.body) : []), CRLF, Buffer.from(body)]);
}

/** What a message must say of itself so that its encoding counts (RFC 2045 §4; RFC 1428 §3 for an unknown charset). */
function named(block: HeaderBlock, body: Buffer): readonly Buffer[] {
  const missing: Buffer[] = [];
  if (!block.byName.has('mime-version')) missing.push(Buffer.from(foldField('MIME-Version', '1.0')));
  if (!block.byName.has('content-type')) {
    const charset = isUtf8(body) ? 'utf-8' : 'unknown-8bit';
    missing.push(Buffer.from(foldField('Content-Type', `text/plain; charset=${charset}`)));
  }
  return missing;
}

function encodingOf(block: HeaderBlock): string {
  return (fieldValues(block, 'content-transfer-encoding')[0] ?? '').toLowerCase();
}

function withEncoding(fields: readonly Buffer[], block: HeaderBlock, encoding: string): readonly Buffer[] {
  const said = encodingOf(block);
  if (encoding === '7bit' && (said === '' || said === '7bit')) return fields;
  const field = Buffer.from(foldField('Content-Transfer-Encoding', encoding));
  const others = fields.filter((one) => !/^content-transfer-encoding[ \t]*:/i.test(one.toString('latin1')));
  return [...others, field];
}

function asciiFields(block: HeaderBlock): readonly Buffer[] {
  if (block.truncated) throw new NotConvertible('header');
  return block.fields.map((field) => (isAscii(field.raw) ? field.raw : Buffer.from(asciiField(field))));
}

const WITH_PARAMETERS = new Set(['content-type', 'content-disposition']);
const UNSTRUCTURED = new Set(['subject', 'comments', 'content-description', 'keywords']);

/** RFC 2231 for the parameters of a part, RFC 2047 for words. Raw 8-bit text anywhere else, as in an address, has no form in ASCII. */
function asciiField({ name, value }: HeaderField): string {
  if (WITH_PARAMETERS.has(name)) {
    const { value: first, params } = libmime.parseHeaderValue(value);
    if (isAscii(Buffer.from(first)))
      return foldField(titled(name), libmime.buildHeaderValue({ value: first, params }));
  }
  if (UNSTRUCTURED.has(name) || name.startsWith('x-'))
    return foldField(titled(name), encodeUnstructured(value));
  throw new NotConvertible('header');
}

function titled(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase());
}

/** RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter. */
function convertParts(body: Buffer, boundary: string, depth: number): Buffer {
  const marks = boundary === '' ? [] : delimiters(body, `--${boundary}`);
  const [first] = marks;
  if (first === undefined) throw new NotConvertible('parts');
  // Nobody reads what stands before the first part and after the last one.
  const written: Buffer[] = [unread(body.subarray(0, first.from))];
  for (const [index, mark] of marks.entries()) {
    written.push(body.subarray(mark.from, mark.to));
    if (mark.closing) {
      written.push(unread(body.subarray(mark.to)));
      break;
    }
    const content = body.subarray(mark.to, marks[index + 1]?.from);
    written.push(convert(content, { depth: depth + 1, whole: false }));
  }
  return Buffer.concat(written);
}

interface Delimiter {
  /** With the line end before it, unless that is the end of another delimiter. */
  readonly from: number;
  readonly to: number;
  readonly closing: boolean;
}

function delimiters(body: Buffer, dashed: string): readonly Delimiter[] {
  const found: Delimiter[] = [];
  const length = Buffer.byteLength(dashed);
  for (let at = body.indexOf(dashed); at >= 0; at = body.indexOf(dashed, at + length)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const end = DELIMITER_END.exec(body.toString('latin1', at + length, at + length + 100))?.[0];
    if (end === undefined) continue;
    const lineEnd = at === 0 ? 0 : body[at - 2] === 0x0d ? 2 : 1;
    const from = Math.max(at - lineEnd, found.at(-1)?.to ?? 0);
    found.push({ from, to: at + length + end.length, closing: end.startsWith('--') });
  }
  return found;
}

function unread(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/[\x80-\xff]/g, '?'), 'latin1');
}

function escapeStray(body: Buffer): string {
  return body
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
