/** The bytes of a body part from how they are transferred (RFC 2045 §6), which may be cut off anywhere. Linear. */
import { decodeNumbers } from './quoted-printable.js';

/** This much tells whether text that is called base64 is that. */
const MAX_LOOKED_AT_BYTES = 2_000;
/** Text is no base64 if more than one in this many of its characters is none of base64's. */
const OTHERS_IN = 20;
/** Shorter text may look like base64 by chance. */
const MIN_ENCODED_CHARACTERS = 20;
/** A line of base64 that needs no padding. In one pattern for all lines, a million of them could exhaust the stack. */
const BASE64_LINE = /[A-Za-z0-9+/]+\r?\n/y;
const OTHER_LINE = /^[^\r\n]*[^A-Za-z0-9+/=\s]/;

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
  let end = begin;
  for (BASE64_LINE.lastIndex = begin; BASE64_LINE.test(text); ) end = BASE64_LINE.lastIndex;
  const footer = end + Math.max(text.slice(end).search(/\S/), 0);
  if (!OTHER_LINE.test(text.slice(footer))) return null;
  const encoded = text.slice(begin, end).replace(/\s/g, '');
  const isWhole = encoded.length >= MIN_ENCODED_CHARACTERS && encoded.length % 4 === 0;
  if (!isWhole || !/\d/.test(encoded) || isBase64(bytes.subarray(footer))) return null;
  return Buffer.concat([Buffer.from(`${encoded}Cg==`, 'base64'), bytes.subarray(footer)]);
}

/** Some put several encoded pieces one behind the other, and some gateways a footer that is not encoded. */
function decodeBase64(bytes: Buffer): Buffer {
  // In one buffer: there may be a million pieces.
  const decoded = Buffer.alloc(bytes.length);
  let length = 0;
  for (const { 0: piece, index } of bytes.toString('latin1').matchAll(/[^=]+/g)) {
    const isEncoded = index === 0 || /^[A-Za-z0-9+/\s]*$/.test(piece);
    length += decoded.write(piece, length, isEncoded ? 'base64' : 'latin1');
  }
  return decoded.subarray(0, length);
}
