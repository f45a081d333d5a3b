/**
 * What an S/MIME part holds (RFC 8551 §3.4.2, RFC 5652 §5): the message of one that is signed and not encrypted is read
 * from its DER, or from the BER that Outlook and OpenSSL's streams write (X.690 §8.1.3.6, lengths that are not told).
 * Nothing is verified, and nothing may hang on what is read here. The bytes may be cut off anywhere; no work is done
 * twice, and nothing throws.
 */
import { parseHeaderBlock } from '../header/header-block.js';

export type InsideSmime =
  | { readonly kind: 'signed'; readonly content: Buffer }
  | { readonly kind: 'encrypted' };

const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;
const OCTETS = 0x04;
const CONSTRUCTED_OCTETS = 0x24;
const CONTEXT_0 = 0xa0;
const CONSTRUCTED = 0x20;
const MAX_LENGTH_BYTES = 6;
/** Of what is passed over without being looked at, and of octets in octets. */
const MAX_NESTING = 16;

/** 1.2.840.113549.1.7.2, .7.3, and 1.2.840.113549.1.9.16.1.23 (RFC 5083). */
const SIGNED_DATA = '2a864886f70d010702';
const ENVELOPED_DATA = '2a864886f70d010703';
const AUTH_ENVELOPED_DATA = '2a864886f70d010910010117';

interface Element {
  readonly tag: number;
  readonly start: number;
  /** null where the length is not told: up to the end-of-contents octets. */
  readonly end: number | null;
}

/** null for what is neither, and for signed content that is no message, as that of a signed file. */
export function unwrapSmime(bytes: Buffer): InsideSmime | null {
  const info = elementAt(bytes, 0, SEQUENCE);
  const type = info === null ? null : elementAt(bytes, info.start, OBJECT_ID);
  if (type === null || type.end === null) return null;
  const id = bytes.toString('hex', type.start, type.end);
  if (id === ENVELOPED_DATA || id === AUTH_ENVELOPED_DATA) return { kind: 'encrypted' };
  const content = id === SIGNED_DATA ? signedContent(bytes, type.end) : null;
  return content !== null && beginsLikeMessage(content) ? { kind: 'signed', content } : null;
}

/** RFC 5652 §5.1, §5.2: a version, a set of algorithms, and then the content with its type. */
function signedContent(bytes: Buffer, at: number): Buffer | null {
  const wrapper = elementAt(bytes, at, CONTEXT_0);
  const signed = wrapper === null ? null : elementAt(bytes, wrapper.start, SEQUENCE);
  const version = signed === null ? null : endOf(bytes, signed.start);
  const algorithms = version === null ? null : endOf(bytes, version);
  const info = algorithms === null ? null : elementAt(bytes, algorithms, SEQUENCE);
  const type = info === null ? null : endOf(bytes, info.start);
  const explicit = type === null ? null : elementAt(bytes, type, CONTEXT_0);
  return explicit === null ? null : octetsAt(bytes, explicit.start);
}

/** One string of octets, which may be made of pieces (X.690 §8.7). */
function octetsAt(bytes: Buffer, at: number): Buffer | null {
  // In one buffer: a piece may be as small as its own head, and a million of them are no more than these bytes.
  const octets = Buffer.alloc(Math.max(bytes.length - at, 0));
  let length = 0;
  let isString = false;
  const open: (number | null)[] = [];
  let from = at;
  do {
    const element = elementAt(bytes, from, null);
    const next = element === null ? null : behind(element, open);
    if (element === null || next === null) break;
    if (element.tag === OCTETS) {
      length += bytes.copy(octets, length, element.start, Math.min(next, bytes.length));
      isString = true;
    }
    from = next;
    while (open.length > 0 && open.at(-1) === from) open.pop();
  } while (open.length > 0);
  return isString ? octets.subarray(0, length) : null;
}

/** Where to read on behind octets, inside a string of pieces, or behind the end of one; null at what is none of them. */
function behind({ tag, start, end }: Element, open: (number | null)[]): number | null {
  if (tag === OCTETS) return end;
  if (tag === CONSTRUCTED_OCTETS && open.length < MAX_NESTING) {
    open.push(end);
    return start;
  }
  return tag === 0 && open.pop() === null ? start : null;
}

/** Where the element ends that begins there; null where that is not told within the bytes. */
function endOf(bytes: Buffer, at: number): number | null {
  let open = 0;
  for (let from = at; from < bytes.length; ) {
    const element = elementAt(bytes, from, null);
    if (element === null) return null;
    const { tag, start, end } = element;
    if (end === null) {
      open += 1;
      if (open > MAX_NESTING) return null;
    } else if (tag === 0 && start === end) open -= 1;
    from = end ?? start;
    if (open <= 0) return from;
  }
  return null;
}

/** X.690 §8.1: null for another tag than is wanted, and for what is no element. An end may lie beyond the bytes. */
function elementAt(bytes: Buffer, at: number, wanted: number | null): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (wanted !== null && tag !== wanted)) return null;
  // Tags of several octets are in no message.
  if ((tag & 0x1f) === 0x1f) return null;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  if (first === 0x80) return (tag & CONSTRUCTED) === 0 ? null : { tag, start: at + 2, end: null };
  const count = first & 0x7f;
  const start = at + 2 + count;
  if (count > MAX_LENGTH_BYTES || start > bytes.length) return null;
  return { tag, start, end: start + bytes.readUIntBE(at + 2, count) };
}

function beginsLikeMessage(content: Buffer): boolean {
  const { byName } = parseHeaderBlock(content);
  return byName.has('content-type') || byName.has('mime-version');
}
