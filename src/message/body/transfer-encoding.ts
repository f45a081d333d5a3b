/** The bytes of a body part from how they are transferred (RFC 2045 §6), which may be cut off anywhere. Linear. */
import { decodeNumbers } from './quoted-printable.js';

/** This much tells whether text that is called base64 is that. */
const MAX_LOOKED_AT_BYTES = 2_000;
/** Text is no base64 if more than one in this many of its characters is none of base64's. */
const OTHERS_IN = 20;
/** Shorter text may look like base64 by chance. */
const MIN_ENCODED_CHARACTERS = 20;
/** What is looked for is one character: a pattern that takes in millions of them can exhaust the stack of the engine. */
const NO_BASE64 = /[^A-Za-z0-9+/]/;
const NO_BASE64_NOR_SPACE = /[^A-Za-z0-9+/\s]/;
const NO_PART_OF_IT = /[^A-Za-z0-9+/=\s]/;

/** What is in no encoding that we know stays as it is. */
export function decodeTransfer(encoding: string | null, bytes: Buffer): Buffer {
  const name = (encoding ?? '')
    .toLowerCase()
    .replace(/\(.*$/s, '')
    .replace(/[^a-z0-9-]/g, '');
  if (name === 'base64') return withFooter(bytes) ?? (isBase64(bytes) ? decodeBase64(bytes) : bytes);
  if (name !== 'quoted-printable' && name !== 'quotedprintable') return bytes;
  return decodeNumbers(bytes.toString('latin1').replace(/=[ \t]*\r?\n/g, ''));
}

function isBase64(bytes: Buffer): boolean {
  const [some = ''] = bytes.toString('latin1', 0, MAX_LOOKED_AT_BYTES).trim().split('=', 1);
  const others = some.replace(/[A-Za-z0-9+/\r\n]+/g, '').length;
  return others * OTHERS_IN <= some.length;
}

/** What a gateway has put below base64 without encoding it, where no padding tells the end; null where nothing is so. */
function withFooter(bytes: Buffer): Buffer | null {
  const text = bytes.toString('latin1');
  const begin = Math.max(text.search(/\S/), 0);
  const end = endOfBase64(text, begin);
  const footer = end + Math.max(text.slice(end).search(/\S/), 0);
  const [line = ''] = text.slice(footer).split(/[\r\n]/, 1);
  if (!NO_PART_OF_IT.test(line)) return null;
  const encoded = text.slice(begin, end).replace(/\s/g, '');
  const isWhole = encoded.length >= MIN_ENCODED_CHARACTERS && encoded.length % 4 === 0;
  if (!isWhole || !/\d/.test(encoded) || isBase64(bytes.subarray(footer))) return null;
  return Buffer.concat([Buffer.from(`${encoded}Cg==`, 'base64'), bytes.subarray(footer)]);
}

/** Where the lines end, from `begin` on, that are base64 and need no padding. */
function endOfBase64(text: string, begin: number): number {
  let end = begin;
  for (let at = text.indexOf('\n', end); at !== -1; at = text.indexOf('\n', end)) {
    const line = text.slice(end, text[at - 1] === '\r' ? at - 1 : at);
    if (line === '' || NO_BASE64.test(line)) break;
    end = at + 1;
  }
  return end;
}

/** Some put several encoded pieces one behind the other, and some gateways a footer that is not encoded. */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  // In one buffer: there may be a million pieces.
  const decoded = Buffer.alloc(bytes.length);
  let length = 0;
  for (let from = 0, to = 0; from < text.length; from = to + 1) {
    const at = text.indexOf('=', from);
    to = at === -1 ? text.length : at;
    const piece = text.slice(from, to);
    const isEncoded = from === 0 || !NO_BASE64_NOR_SPACE.test(piece);
    length += decoded.write(piece, length, isEncoded ? 'base64' : 'latin1');
  }
  return decoded.subarray(0, length);
}
