/**
 * What the desk signs, and how: short tokens in addresses and Message-IDs, and whole-message signatures in fields.
 *
 * All are HMAC-SHA256 under the configured secret over a labelled text, so that no signature made for one use
 * passes for another. Tokens are lower-case base32 in Crockford's alphabet (no i, l, o, u), compared without case
 * because some hosts fold the local part, and in constant time.
 */
import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
export const TOKEN_CHARACTERS = 8;
const DIGEST_CHARACTERS = 20;

export function base32(bytes: Uint8Array, characters: number): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && text.length < characters) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
  }
  return text;
}

/** A text, or the bytes of a message, in pieces, which count as text in Latin-1. */
type Part = string | readonly Buffer[];

function mac(secret: string, label: string, parts: readonly Part[]): Buffer {
  const hmac = createHmac('sha256', secret);
  let texts = '';
  // The length before each part keeps ("ab", "c") apart from ("a", "bc").
  for (const part of [label, ...parts]) {
    if (typeof part === 'string') texts += `${Buffer.byteLength(part)}:${part},`;
    else {
      hmac.update(texts);
      texts = '';
      addBytes(hmac, part);
    }
  }
  return hmac.update(texts).digest();
}

const CHUNK_BYTES = 65_536;

/** A large message is never held as one text. */
function addBytes(hmac: Hmac, pieces: readonly Buffer[]): void {
  const texts = function* (): Generator<string> {
    for (const piece of pieces) {
      for (let from = 0; from < piece.length; from += CHUNK_BYTES)
        yield piece.toString('latin1', from, Math.min(from + CHUNK_BYTES, piece.length));
    }
  };
  let length = 0;
  for (const text of texts()) length += Buffer.byteLength(text);
  hmac.update(`${length}:`);
  for (const text of texts()) hmac.update(text);
  hmac.update(',');
}

export function token(secret: string, label: string, parts: readonly string[]): string {
  return base32(mac(secret, label, parts), TOKEN_CHARACTERS);
}

/** A long signature for a header field, hexadecimal. */
export function signature(secret: string, label: string, parts: readonly Part[]): string {
  return mac(secret, label, parts).toString('hex');
}

/** A short name for something, the same for the same parts, that tells nothing of them. */
export function keyedHash(secret: string, label: string, parts: readonly string[]): string {
  return base32(mac(secret, label, parts), DIGEST_CHARACTERS);
}

export function sameToken(left: string, right: string): boolean {
  const a = Buffer.from(left.toLowerCase());
  const b = Buffer.from(right.toLowerCase());
  return a.length === b.length && timingSafeEqual(a, b);
}
