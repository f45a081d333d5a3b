/**
 * Reading of a header block, by its bytes (RFC 5322 §2.2). It keeps whatever it cannot read, guesses nothing, and
 * says so where another program could read the same bytes in another way: nothing that decides about power may
 * hang on one reading of a bad block.
 */
import { isAscii, isUtf8 } from 'node:buffer';

/** What lies beyond is not read, and the block says that it is truncated. */
export const MAX_HEADER_BYTES = 1_048_576;
export const MAX_HEADER_FIELDS = 10_000;
/** A longer one is no field. */
export const MAX_FIELD_NAME_BYTES = 200;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
/** Four letters, whatever stands between them. */
const LIKE_FROM = /^[^a-z]*f[^a-z]*r[^a-z]*o[^a-z]*m[^a-z]*$/i;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** Unfolded and trimmed, encoded words as they are; raw 8-bit text read as UTF-8 if it is that, else as Latin-1. */
  readonly value: string;
  /** Name, folding and line ends as they came. */
  readonly raw: Buffer;
}

export interface HeaderBlock {
  readonly fields: readonly HeaderField[];
  readonly byName: ReadonlyMap<string, readonly HeaderField[]>;
  /** Programs may differ about what the fields of this block are: a NUL, a bare CR, a byte order mark, a hidden From. */
  readonly ambiguous: boolean;
  /** The block was longer than what is read of one. */
  readonly truncated: boolean;
}

/**
 * Splits a message at its first empty line, which stays with the header. CRLF and LF end a line, a bare CR does
 * not (RFC 5322 §2.3). A message without an empty line is all header.
 */
export function splitMessage(raw: Buffer): { header: Buffer; body: Buffer } {
  let lineStart = 0;
  while (lineStart < raw.length) {
    const lineFeed = raw.indexOf(LF, lineStart);
    if (lineFeed < 0) break;
    const isEmpty = lineFeed === lineStart || (lineFeed === lineStart + 1 && raw[lineStart] === CR);
    lineStart = lineFeed + 1;
    if (isEmpty) return { header: raw.subarray(0, lineStart), body: raw.subarray(lineStart) };
  }
  return { header: raw, body: raw.subarray(raw.length) };
}

/** Reads the fields of a header block; bytes after its empty line are ignored. Never throws. */
export function parseHeaderBlock(bytes: Buffer): HeaderBlock {
  const whole = splitMessage(bytes.subarray(0, MAX_HEADER_BYTES)).header;
  const hasMark = whole.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const block = hasMark ? whole.subarray(BYTE_ORDER_MARK.length) : whole;
  const entries = splitFields(block);
  const fields: HeaderField[] = [];
  const decode = isAscii(block) ? decodeAscii : decodeBytes;
  let hidesFrom = false;
  for (const raw of entries.slice(0, MAX_HEADER_FIELDS)) {
    const colon = raw.indexOf(COLON);
    if (colon < 0) continue;
    const name = raw.toString('latin1', 0, colon);
    if (isFieldName(name)) fields.push(readField(raw, name, decode));
    if (isOddFrom(name)) hidesFrom = true;
  }
  return {
    fields,
    byName: groupByName(fields),
    ambiguous: hasMark || hidesFrom || block.includes(0) || hasBareCarriageReturn(block),
    truncated:
      entries.length > MAX_HEADER_FIELDS ||
      (bytes.length > MAX_HEADER_BYTES && whole.length === MAX_HEADER_BYTES),
  };
}

/** The values of all fields of that name (lower case), in the order in which they stand. */
export function fieldValues(block: HeaderBlock, name: string): string[] {
  return (block.byName.get(name) ?? []).map((field) => field.value);
}

/** Each with its continuation lines; stops one after the limit, so that the caller sees that there were more. */
function splitFields(block: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  let entryStart = 0;
  let lineStart = 0;
  while (lineStart < block.length && entries.length <= MAX_HEADER_FIELDS) {
    const lineFeed = block.indexOf(LF, lineStart);
    lineStart = lineFeed < 0 ? block.length : lineFeed + 1;
    if (isWhiteSpace(block[lineStart])) continue;
    entries.push(block.subarray(entryStart, lineStart));
    entryStart = lineStart;
  }
  return entries;
}

/** What stands before the colon. White space before that is let pass (RFC 5322 §4.5, RFC 7103 §7.2). */
function isFieldName(name: string): boolean {
  return name.length <= MAX_FIELD_NAME_BYTES && /^[!-9;-~]+[ \t]*$/.test(name);
}

function readField(raw: Buffer, name: string, decode: Decode): HeaderField {
  return { name: name.trimEnd().toLowerCase(), value: unfold(decode(raw, name.length + 1)), raw };
}

/** RFC 5322 §2.2.3: line ends before white space go, the white space stays. */
function unfold(text: string): string {
  // RFC 5322 §2.2.3: only spaces and tabs are white space; another program would read any other as part of the value.
  const line = text.replace(/\r?\n/g, '');
  let from = 0;
  let to = line.length;
  while (from < to && isBlank(line, from)) from += 1;
  while (to > from && isBlank(line, to - 1)) to -= 1;
  return line.slice(from, to);
}

function isBlank(line: string, at: number): boolean {
  return line[at] === ' ' || line[at] === '\t';
}

type Decode = (bytes: Buffer, from: number) => string;

function decodeAscii(bytes: Buffer, from: number): string {
  return bytes.toString('latin1', from);
}

function decodeBytes(bytes: Buffer, from: number): string {
  return bytes.toString(isUtf8(bytes.subarray(from)) ? 'utf8' : 'latin1', from);
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function hasBareCarriageReturn(block: Buffer): boolean {
  for (let at = block.indexOf(CR); at >= 0; at = block.indexOf(CR, at + 1)) {
    if (block[at + 1] !== LF) return true;
  }
  return false;
}

/**
 * Programs forgive more or less than we do in a field's name. A From field that only some of them see takes our trust
 * away.
 */
function isOddFrom(name: string): boolean {
  return LIKE_FROM.test(name) && name.toLowerCase() !== 'from';
}

function groupByName(fields: readonly HeaderField[]): Map<string, HeaderField[]> {
  const byName = new Map<string, HeaderField[]>();
  for (const field of fields) {
    const known = byName.get(field.name);
    if (known === undefined) byName.set(field.name, [field]);
    else known.push(field);
  }
  return byName;
}
