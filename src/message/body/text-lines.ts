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

/** In order and without gaps: of the body, or of the first part of a multipart/mixed. */
export function textLines(raw: Buffer): readonly PlacedLine[] {
  const { header, body } = splitMessage(raw);
  if (parseHeaderBlock(header).ambiguous) return [];
  const { structure, bodies } = readParts(raw, raw.length);
  const part = textPart(structure);
  const bytes = part === null ? undefined : bodies.get(part.path);
  if (part === null || bytes === undefined || bytes.length > MAX_TEXT_BYTES || bytes.includes(ARMOR))
    return [];
  const decoder = decoderOf((part.charset ?? 'utf-8').toLowerCase());
  if (decoder === null) return [];
  const start = bytes.byteOffset - body.byteOffset;
  return placesOf(bytes, part.encoding === 'quoted-printable').map(([from, to]) => {
    const line = bytes.toString('latin1', from, to);
    const plain =
      part.encoding === 'quoted-printable'
        ? decodeNumbers(line.replaceAll(/=[ \t]*\r?\n/g, ''))
        : bytes.subarray(from, to);
    return { text: decoded(decoder, plain), from: start + from, to: start + to };
  });
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

function textPart(structure: MessagePart): MessagePart | null {
  if (isProtected(structure)) return null;
  const part = structure.type === 'multipart/mixed' ? structure.children[0] : structure;
  if (part?.type !== 'text/plain' || part.disposition === 'attachment' || part.fileName !== null) return null;
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

function decoded(decoder: Decoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
