/**
 * The lines of a message's own plain text, each with the bytes in which it lies, so that whole lines can be left out of what
 * is passed on and every other byte stays. Where anything is in doubt there are none: in what is signed or encrypted, in
 * base64, in charsets whose bytes mean something else from line to line.
 */
import { parseHeaderBlock, splitMessage } from '../header/header-block.js';
import { decodeNumbers } from './quoted-printable.js';
import { readParts } from './read-structure.js';
import type { MessagePart } from './structure.js';

/** Longer text is no letter that somebody wrote. */
const MAX_TEXT_BYTES = 262_144;
const LF = 0x0a;
const PROTECTED = /^(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?(?:pkcs7|pgp)-)/;
/** Text that is signed or encrypted by its own lines (RFC 9580 §6.2). */
const ARMOR = '-----BEGIN ';
const PLAIN_CHARSET = /^(?:us-ascii|utf-8|iso-8859-(?:[1-9]|1[013-5])|windows-125[0-8])$/;
/** RFC 2045 §6.7 (5). */
const SOFT_BREAK = /=[ \t]*\r?\n$/;

type Decoder = InstanceType<typeof TextDecoder>;

export interface PlacedLine {
  /** Without its end; null where its bytes are none of its charset. */
  readonly text: string | null;
  /** Bytes of the message's body, its line end included. */
  readonly from: number;
  readonly to: number;
}

/** In order and without gaps: of the body, of the first part of a multipart/mixed, or of the text in an alternative there. */
export function textLines(raw: Buffer): readonly PlacedLine[] {
  const placed = ownPart(raw, 'text/plain');
  if (placed === null) return [];
  const { bytes, start, decoder, isQuotedPrintable } = placed;
  return placesOf(bytes, isQuotedPrintable).map(([from, to]) => {
    const line = bytes.toString('latin1', from, to);
    const plain = isQuotedPrintable
      ? decodeNumbers(line.replaceAll(/=[ \t]*\r?\n/g, ''))
      : bytes.subarray(from, to);
    return { text: decoded(decoder, plain), from: start + from, to: start + to };
  });
}

/** A part that holds words of the message's own, as it lies there. */
export interface OwnPart {
  readonly bytes: Buffer;
  /** Where they begin in the message's body. */
  readonly start: number;
  readonly decoder: Decoder;
  readonly isQuotedPrintable: boolean;
}

/** null where anything is in doubt. */
export function ownPart(raw: Buffer, type: 'text/plain' | 'text/html'): OwnPart | null {
  const { header, body } = splitMessage(raw);
  if (parseHeaderBlock(header).ambiguous) return null;
  const { structure, bodies } = readParts(raw, raw.length);
  const part = isProtected(structure) ? null : partOf(structure, type);
  const bytes = part === null ? undefined : bodies.get(part.path);
  if (part === null || bytes === undefined || bytes.length > MAX_TEXT_BYTES || bytes.includes(ARMOR))
    return null;
  const decoder = decoderOf((part.charset ?? 'utf-8').toLowerCase());
  if (decoder === null) return null;
  const start = bytes.byteOffset - body.byteOffset;
  return { bytes, start, decoder, isQuotedPrintable: part.encoding === 'quoted-printable' };
}

/** null for a charset that this Node does not know, too. */
function decoderOf(charset: string): Decoder | null {
  if (!PLAIN_CHARSET.test(charset)) return null;
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    return null;
  }
}

/** HTML may lie beside its pictures. */
function partOf(structure: MessagePart, type: string): MessagePart | null {
  const first = structure.type === 'multipart/mixed' ? structure.children[0] : structure;
  const choices = first?.type === 'multipart/alternative' ? first.children : [first];
  const found = choices
    .map((one) => (one?.type === 'multipart/related' ? one.children[0] : one))
    .filter((one) => one?.type === type);
  const [part] = found;
  if (part === undefined || found.length > 1 || part.disposition === 'attachment' || part.fileName !== null)
    return null;
  return /^(?:7bit|8bit|quoted-printable)$/.test(part.encoding ?? '7bit') ? part : null;
}

function isProtected({ type, children }: MessagePart): boolean {
  return PROTECTED.test(type) || children.some(isProtected);
}

/** Where each line begins and ends; what soft breaks part is one. */
function placesOf(bytes: Buffer, hasSoftBreaks: boolean): readonly (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [];
  let from = 0;
  let at = 0;
  while (at < bytes.length) {
    const lineFeed = bytes.indexOf(LF, at);
    const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
    const isOpen = hasSoftBreaks && end < bytes.length && SOFT_BREAK.test(bytes.toString('latin1', at, end));
    if (!isOpen) {
      places.push([from, end]);
      from = end;
    }
    at = end;
  }
  return places;
}

export function decoded(decoder: Decoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
