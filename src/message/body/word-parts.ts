/**
 * Which parts of a message are its words, told from the structure alone, so that a mailbox and a file are read alike.
 *
 * All text that is no file counts, in order: a text, a file and a text again (Apple Mail), a banner above and a list's
 * footer below. Of alternatives (RFC 2046 §5.1.4) the plain one counts, and the HTML only where that is blank. Text that
 * has a name is a file where other text is there, and the words where it is all there is.
 */
import {
  isMessage,
  isSmime,
  isText,
  MAX_PART_DEPTH,
  MAX_PARTS,
  type Place,
  placedParts,
} from './message-parts.js';
import type { AboutMessage, MessagePart } from './structure.js';

export const MAX_PIECES = 20;
export const MAX_NOTES = 10;

/** What is read as one: all of `parts`, or where they are blank all of `instead`. */
export interface Piece {
  readonly parts: readonly MessagePart[];
  readonly instead: readonly MessagePart[];
  /** The part is S/MIME, and may hold a message that is signed but not encrypted. */
  readonly sealed: boolean;
}

/** What a reader should know of a message that is not among its words. */
export type Note = { readonly kind: 'encrypted' } | ({ readonly kind: 'attached-message' } & AboutMessage);

export interface WordParts {
  readonly pieces: readonly Piece[];
  /** Text that is read only where the pieces are blank: the first that is not. */
  readonly otherwise: readonly MessagePart[];
  readonly notes: readonly Note[];
  /** There were more pieces. */
  readonly more: boolean;
}

/** Exchange gives such names to text that other programs put behind a file: "ATT00001.txt". */
const NAMED_BY_EXCHANGE = /^ATT\d{5,}\.(?:c|html?|txt)$/i;
/** Other text that people write, where there is neither plain text nor HTML. */
const OTHER_TEXT = /^text\/(?:markdown|x-markdown|enriched|richtext)$/;
/** RFC 2046 §4.1.4 reads other text as plain; but of these nobody reads the source. */
const NO_PLAIN_TEXT =
  /^text\/(?:calendar|css|directory|javascript|rfc822-headers|rtf|vcard|x-vcalendar|x-vcard|vnd\..*|x-amp-html|watch-html)$/;
const SMIME_NAME = /^(?:smime|mime|message)\.p7[mz]$/i;
const SMIME_ENCRYPTED = /^(?:auth-?)?enveloped-data$/;
/** PGP/MIME (RFC 3156 §4), also where Exchange has made its parts files, and Microsoft's protected mail. */
const ENCRYPTED = /^(?:multipart\/encrypted|application\/(?:pgp-encrypted|x-microsoft-rpmsg-message))$/;
const ENCRYPTED_NAME = /^message(?:_v\d)?\.rpmsg$/i;

interface Walk {
  left: number;
  encrypted: boolean;
  readonly attached: AboutMessage[];
  readonly otherwise: MessagePart[];
}

export function wordParts(structure: MessagePart | null): WordParts {
  const walk: Walk = { left: MAX_PARTS, encrypted: false, attached: [], otherwise: [] };
  const found = structure === null ? [] : piecesOf(structure, { depth: 0, in: '' }, walk);
  return {
    pieces: found.slice(0, MAX_PIECES),
    otherwise: walk.otherwise.slice(0, MAX_PIECES),
    notes: [
      ...(walk.encrypted ? [{ kind: 'encrypted' } as const] : []),
      ...walk.attached.slice(0, MAX_NOTES).map((about) => ({ kind: 'attached-message' as const, ...about })),
    ],
    more: found.length > MAX_PIECES,
  };
}

/** The part that is read first; null where there are no words. */
export function chooseTextPart(structure: MessagePart | null): MessagePart | null {
  const { pieces, otherwise } = wordParts(structure);
  return pieces.find(({ sealed }) => !sealed)?.parts[0] ?? otherwise[0] ?? null;
}

function piecesOf(part: MessagePart, place: Place, walk: Walk): Piece[] {
  walk.left -= 1;
  if (isEncrypted(part)) {
    walk.encrypted = true;
    return [];
  }
  if (!part.type.startsWith('multipart/')) return leafPieces(part, place, walk);
  // A multipart in which the server finds no part is text to the reader.
  if (part.children.length === 0 && place.depth === 0) return [pieceOf(part)];
  // The halves of a file of old Macs (RFC 1740).
  if (place.depth >= MAX_PART_DEPTH || part.type === 'multipart/appledouble') return [];
  const inside = { depth: place.depth + 1, in: part.type };
  const options: Piece[][] = [];
  for (const child of part.children.slice(0, MAX_PARTS)) {
    if (walk.left <= 0) break;
    options.push(piecesOf(child, inside, walk));
  }
  return part.type === 'multipart/alternative' ? chosen(options) : options.flat();
}

function isEncrypted({ type, fileName }: MessagePart): boolean {
  return ENCRYPTED.test(type) || ENCRYPTED_NAME.test(fileName ?? '');
}

/** The first that is all plain, beside the last that is not: a later one is the richer (RFC 2046 §5.1.4). */
function chosen(options: readonly Piece[][]): Piece[] {
  const some = options.filter((pieces) => pieces.length > 0);
  const plain = some.find((pieces) => !hasHtml(pieces));
  const rich = some.findLast((pieces) => hasHtml(pieces));
  if (plain === undefined || rich === undefined) return plain ?? rich ?? [];
  const partsOf = (pieces: readonly Piece[]): MessagePart[] =>
    pieces.filter(({ sealed }) => !sealed).flatMap(({ parts }) => parts);
  return [{ parts: partsOf(plain), instead: partsOf(rich), sealed: false }];
}

function hasHtml(pieces: readonly Piece[]): boolean {
  return pieces.some(({ parts }) => parts.some(({ type }) => type === 'text/html'));
}

function leafPieces(part: MessagePart, place: Place, walk: Walk): Piece[] {
  if (isMessage(part.type)) {
    // What came back is no message that somebody passes on.
    if (part.about !== undefined && place.in !== 'multipart/report') walk.attached.push(part.about);
    return [];
  }
  if (isSealed(part, place)) {
    if (SMIME_ENCRYPTED.test(part.smimeType ?? '')) walk.encrypted = true;
    return SMIME_ENCRYPTED.test(part.smimeType ?? '') ? [] : [{ ...pieceOf(part), sealed: true }];
  }
  if (isWords(part, place)) return [pieceOf(part)];
  if (mayBeWords(part)) walk.otherwise.push(part);
  return [];
}

function pieceOf(part: MessagePart): Piece {
  return { parts: [part], instead: [], sealed: false };
}

/** A signed file, "contract.pdf.p7m", is a file: only the message itself is looked into. */
function isSealed({ type, fileName, disposition }: MessagePart, place: Place): boolean {
  const isNamedSo = SMIME_NAME.test(fileName ?? '');
  if (isSmime(type)) return place.depth === 0 || isNamedSo || (fileName === null && disposition === null);
  return type === 'application/octet-stream' && isNamedSo;
}

function isWords(part: MessagePart, place: Place): boolean {
  if (!isText(part.type)) return false;
  if (NAMED_BY_EXCHANGE.test(part.fileName ?? '')) return true;
  if (part.disposition === 'attachment' && part.fileName === null)
    return place.depth === 0 || place.in === 'multipart/alternative';
  if (part.disposition === 'attachment') return false;
  return part.fileName === null || place.in === 'multipart/alternative';
}

function mayBeWords({ type, fileName, disposition }: MessagePart): boolean {
  if (disposition === 'attachment') return false;
  if (fileName === null) return type.startsWith('text/') && !NO_PLAIN_TEXT.test(type);
  return isText(type) || OTHER_TEXT.test(type);
}

/** The parts that are looked into as the message itself. */
export function sealedParts(structure: MessagePart | null): ReadonlySet<MessagePart> {
  return new Set(
    [...placedParts(structure)].flatMap(({ part, place }) => (isSealed(part, place) ? part : [])),
  );
}

/** The parts that are listed as files; the words of a message are not, nor what stands beside them for other readers. */
export function attachedParts(structure: MessagePart | null): readonly MessagePart[] {
  return [...placedParts(structure)].flatMap(({ part, place }) => (isFile(part, place) ? [part] : []));
}

function isFile(part: MessagePart, place: Place): boolean {
  if (isWords(part, place)) return part.disposition === 'attachment' && part.fileName !== null;
  return !(place.depth === 0 && mayBeWords(part));
}
