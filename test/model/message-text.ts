/**
 * The little that the memory server must know of a message's text: where its header ends, its fields, and its parts.
 * It is written apart from src/message on purpose, so that one mistake is not made on both sides of a test.
 */
import type { MessagePart } from '../../src/message/body/structure.js';

export interface Field {
  readonly name: string;
  /** Unfolded, without the space around it. */
  readonly value: string;
}

const BLANK_LINE = Buffer.from('\r\n\r\n');

/** The header block up to and with the empty line, and the rest. */
export function splitMessage(raw: Buffer): { readonly header: Buffer; readonly body: Buffer } {
  if (raw[0] === 13 && raw[1] === 10) return { header: raw.subarray(0, 2), body: raw.subarray(2) };
  const at = raw.indexOf(BLANK_LINE);
  const end = at < 0 ? raw.length : at + BLANK_LINE.length;
  return { header: raw.subarray(0, end), body: raw.subarray(end) };
}

export function fields(raw: Buffer): readonly Field[] {
  const known = read.get(raw);
  if (known !== undefined) return known;
  const found = readFields(raw);
  read.set(raw, found);
  return found;
}

/** Stored messages are asked for their fields by every search, and never change. */
const read = new WeakMap<Buffer, readonly Field[]>();

function readFields(raw: Buffer): readonly Field[] {
  const text = splitMessage(raw)
    .header.toString('latin1')
    .replace(/\r\n(?=[ \t])/g, '');
  return text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon <= 0 ? [] : [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }];
  });
}

/** The first field of that name, or null. */
export function field(raw: Buffer, name: string): string | null {
  const wanted = name.toLowerCase();
  return fields(raw).find((each) => each.name.toLowerCase() === wanted)?.value ?? null;
}

interface Part {
  readonly shape: MessagePart;
  readonly body: Buffer;
}

/** BODYSTRUCTURE of the message. */
export function structureOf(raw: Buffer): MessagePart {
  return partsOf(raw, '').shape;
}

/** The bytes of one part, still transfer-encoded, or of the whole body as `TEXT`; null if there is no such part. */
export function partOf(raw: Buffer, path: string): Buffer | null {
  if (path === 'TEXT') return splitMessage(raw).body;
  const find = (part: Part & { children: readonly Tree[] }): Buffer | null =>
    part.shape.path === path ? part.body : firstOf(part.children, find);
  return find(partsOf(raw, ''));
}

interface Tree extends Part {
  readonly children: readonly Tree[];
}

function firstOf<T>(items: readonly T[], find: (item: T) => Buffer | null): Buffer | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function partsOf(raw: Buffer, path: string): Tree {
  const { body } = splitMessage(raw);
  const contentType = field(raw, 'Content-Type') ?? 'text/plain; charset=us-ascii';
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const boundary = type.startsWith('multipart/') ? parameter(contentType, 'boundary') : null;
  const disposition = field(raw, 'Content-Disposition');
  const children = boundary === null ? [] : childrenOf(body, boundary, path);
  const shape: MessagePart = {
    path: path === '' && boundary === null ? '1' : path,
    type,
    charset: parameter(contentType, 'charset') ?? null,
    encoding: (field(raw, 'Content-Transfer-Encoding') ?? '7bit').toLowerCase(),
    size: body.length,
    disposition: dispositionOf(disposition),
    fileName: parameter(disposition ?? '', 'filename') ?? parameter(contentType, 'name'),
    children: children.map((child) => child.shape),
  };
  return { shape, body, children };
}

function childrenOf(body: Buffer, boundary: string, path: string): readonly Tree[] {
  return splitParts(body, boundary).map((part, index) =>
    partsOf(part, path === '' ? String(index + 1) : `${path}.${index + 1}`),
  );
}

function dispositionOf(value: string | null): 'inline' | 'attachment' | null {
  if (value === null) return null;
  return value.toLowerCase().startsWith('inline') ? 'inline' : 'attachment';
}

function parameter(value: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(value);
  return match?.[1] ?? match?.[2] ?? null;
}

/** The parts between the delimiter lines; the line break before a delimiter belongs to it (RFC 2046 §5.1.1). */
function splitParts(body: Buffer, boundary: string): readonly Buffer[] {
  const pieces = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`);
  const parts: Buffer[] = [];
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break;
    parts.push(Buffer.from(piece.replace(/^[ \t]*\r\n/, ''), 'latin1'));
  }
  return parts;
}
