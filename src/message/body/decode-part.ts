/** The text of one body part from its bytes as transferred, which may be cut off anywhere. Never rejects. */
import libmime from 'libmime';
import { cleanLines } from '../header/encoded-words.js';
import { decodeCharset } from './charset.js';
import { htmlText } from './html-text.js';
import type { MessagePart } from './structure.js';
import { decodeTransfer } from './transfer-encoding.js';

/** A text is read only as far as this. */
export const MAX_TEXT_CHARACTERS = 1_048_576;

/** They look like spaces, and nobody who looks for words types them. */
const UNBROKEN_SPACES = /[\u00a0\u202f]/g;
const PGP_BEGIN = '-----BEGIN PGP MESSAGE-----';
const PGP_END = '-----END PGP MESSAGE-----';

export interface DecodedPart {
  /** Clean lines parted by LF, without empty ones around; '' if nothing can be read. */
  readonly text: string;
  /** There is more text than this. */
  readonly cut: boolean;
  /** A piece of it is encrypted (RFC 9580 §6.2), and left out. */
  readonly encrypted: boolean;
}

export async function decodePart(part: MessagePart, bytes: Buffer): Promise<DecodedPart> {
  const isHtml = part.type === 'text/html';
  const decoded = await readUncleaned(part, bytes);
  const { text, cut } = isHtml ? await htmlText(decoded) : { text: plainText(part, decoded), cut: false };
  const { open, encrypted } = withoutEncrypted(text.slice(0, MAX_TEXT_CHARACTERS));
  const plain = open.replace(UNBROKEN_SPACES, ' ');
  return { text: cleanLines(plain).trim(), cut: cut || text.length > MAX_TEXT_CHARACTERS, encrypted };
}

/** The text alone. */
export async function readPart(part: MessagePart, bytes: Buffer): Promise<string> {
  return (await decodePart(part, bytes)).text;
}

/** As it was written, for programs: people are shown nothing of it. */
export function readUncleaned(part: MessagePart, bytes: Buffer): Promise<string> {
  const isHtml = part.type === 'text/html';
  return decodeCharset(decodeTransfer(part.encoding, bytes), { charset: part.charset, isHtml });
}

function plainText({ flowed }: MessagePart, text: string): string {
  return flowed === undefined ? text : libmime.decodeFlowed(text, flowed === 'delsp');
}

/** The armour of OpenPGP at the beginning of a line; what is quoted of it is text. */
function withoutEncrypted(text: string): { open: string; encrypted: boolean } {
  const kept: string[] = [];
  let at = 0;
  let searched = 0;
  for (let begin = text.indexOf(PGP_BEGIN); begin >= 0; begin = text.indexOf(PGP_BEGIN, searched)) {
    searched = begin + PGP_BEGIN.length;
    if (begin > 0 && text[begin - 1] !== '\n') continue;
    kept.push(text.slice(at, begin));
    const end = text.indexOf(PGP_END, searched);
    at = end < 0 ? text.length : end + PGP_END.length;
    searched = at;
  }
  return { open: [...kept, text.slice(at)].join(''), encrypted: kept.length > 0 };
}
