/** Writing header values: encoded words (RFC 2047), mailboxes (RFC 5322 §3.4) and folding (§2.2.3). */
import libmime from 'libmime';

/** RFC 5322 §2.1.1: what a line should keep to; folding happens at white space only. */
const MAX_FOLDED_LINE_CHARACTERS = 76;
/**
 * A word without white space that is longer than this is broken by force, far below the 998 that no line may pass. The
 * longest id fits, with its brackets and the space before it: a broken one would name no message.
 */
export const MAX_WORD_CHARACTERS = 910;
const MAX_ENCODED_WORD_CHARACTERS = 64;

/**
 * Plain ASCII as it is, and from the first word to the last that is not as encoded words of UTF-8; all of it where
 * plain text would look like an encoded word.
 */
export function encodeUnstructured(text: string): string {
  if (text.includes('=?')) return encodeWords(text);
  const words = text.split(' ');
  const first = words.findIndex(isForeign);
  const last = words.findLastIndex(isForeign);
  if (first < 0) return text;
  return [
    ...words.slice(0, first),
    encodeWords(words.slice(first, last + 1).join(' ')),
    ...words.slice(last + 1),
  ].join(' ');
}

/** `name <address>`, or the address alone. The name is one clean line; nothing in it can become an address. */
export function formatMailbox(name: string, address: string): string {
  if (name === '') return address;
  return `${formatName(name)} <${address}>`;
}

/** The field with its CRLF, lines broken before white space where they would pass 76 characters. */
export function foldField(name: string, value: string): string {
  const line = `${name}: ${value}`;
  if (line.length <= MAX_FOLDED_LINE_CHARACTERS && /^\S(?:.*[^ ])?$/s.test(value)) return `${line}\r\n`;
  let folded = `${name}:`;
  let lineLength = folded.length;
  for (const word of value.match(/ *[^ ]+/g)?.flatMap(breakWord) ?? []) {
    const piece = folded.length === name.length + 1 ? ` ${word.trimStart()}` : word;
    const isFirst = lineLength === name.length + 1 && folded.length === lineLength;
    if (!isFirst && lineLength + piece.length > MAX_FOLDED_LINE_CHARACTERS) {
      folded += '\r\n';
      lineLength = 0;
    }
    folded += piece;
    lineLength += piece.length;
  }
  return `${folded}\r\n`;
}

function isForeign(word: string): boolean {
  return !/^[ -~]*$/.test(word);
}

function breakWord(word: string): string[] {
  if (word.length <= MAX_WORD_CHARACTERS) return [word];
  const pieces: string[] = [];
  for (let at = 0; at < word.length; at += MAX_WORD_CHARACTERS) {
    pieces.push(`${at === 0 ? '' : ' '}${word.slice(at, at + MAX_WORD_CHARACTERS)}`);
  }
  return pieces;
}

function formatName(name: string): string {
  if (!/^[ -~]*$/.test(name) || name.includes('=?')) return encodeWords(name);
  if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+$/.test(name)) return name;
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** Readable Q where most of it is ASCII, else B, which is shorter there. */
function encodeWords(text: string): string {
  const foreign = text.match(/[^ -~]/g)?.length ?? 0;
  return libmime.encodeWord(text, foreign * 3 > text.length ? 'B' : 'Q', MAX_ENCODED_WORD_CHARACTERS);
}
