/**
 * Values as Python's repr writes them, which is what Roundup puts into each field of its export: None, numbers, strings, and lists and
 * tuples of these (https://docs.python.org/3/reference/lexical_analysis.html#literals). Nothing is evaluated. Strings are those of
 * Python 2, whatever Python wrote them: `'f\xc3\xbcr'` is the bytes of UTF-8, `u'f\xfcr'` is text.
 */
import { isUtf8 } from 'node:buffer';

export type Literal = null | boolean | number | string | readonly Literal[];

/** It is none of these values; the message says at which character. */
export class NoLiteral extends Error {
  override readonly name = 'NoLiteral';
}

/** Roundup nests no deeper than lists in a list. */
const MAX_DEPTH = 20;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?L?/iy;
const WORD = /[A-Za-z_]+/y;
const STRING = /(u?)('[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*")/iy;
const SPACE = /[ \t]*/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g;
const WORDS: ReadonlyMap<string, Literal> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
]);
const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** Throws NoLiteral. */
export function readLiteral(text: string): Literal {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#take(SPACE);
  }

  value(depth: number): Literal {
    if (depth > MAX_DEPTH) throw this.#no();
    const first = this.#text[this.#at];
    if (first === '[') return this.#items(']', depth);
    if (first === '(') return this.#items(')', depth);
    const string = this.#take(STRING);
    if (string !== null) return readString(string[2] ?? '', string[1] !== '');
    const number = this.#take(NUMBER);
    if (number !== null) return Number(number[0].replace(/L$/i, ''));
    const value = WORDS.get(this.#take(WORD)?.[0] ?? '');
    if (value === undefined) throw this.#no();
    return value;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#no();
  }

  #items(closing: string, depth: number): readonly Literal[] {
    const items: Literal[] = [];
    this.#at += 1;
    this.#take(SPACE);
    while (this.#text[this.#at] !== closing) {
      items.push(this.value(depth + 1));
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== closing) throw this.#no();
      this.#take(SPACE);
    }
    this.#at += 1;
    this.#take(SPACE);
    return items;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    if (pattern !== SPACE) this.#take(SPACE);
    return found;
  }

  #no(): NoLiteral {
    return new NoLiteral(`at character ${this.#at + 1} there is no value as Python writes it`);
  }
}

function readString(quoted: string, isText: boolean): string {
  const inside = quoted.slice(1, -1);
  if (!inside.includes('\\')) return inside;
  return isText ? inside.replace(ESCAPE, textOf) : readBytes(inside);
}

function textOf(whole: string, ...found: readonly (string | undefined)[]): string {
  const [hex, four, eight, octal, letter = ''] = found;
  const code =
    octal === undefined ? Number.parseInt(hex ?? four ?? eight ?? '', 16) : Number.parseInt(octal, 8);
  if (Number.isNaN(code)) return LETTERS[letter] ?? whole;
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}

/** What is no UTF-8 is of a tracker from before there was any: one byte a character. */
function readBytes(inside: string): string {
  // No escape is shorter than what it stands for.
  const bytes = Buffer.alloc(Buffer.byteLength(inside));
  let length = 0;
  let from = 0;
  for (const found of inside.matchAll(ESCAPE)) {
    length += bytes.write(inside.slice(from, found.index), length);
    length += bytesOf(found).copy(bytes, length);
    from = found.index + found[0].length;
  }
  length += bytes.write(inside.slice(from), length);
  return textFrom(bytes.subarray(0, length));
}

function bytesOf([whole, hex, four, eight, octal, letter = '']: RegExpMatchArray): Buffer {
  if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)]);
  if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
  // In a string of bytes these two mean nothing.
  if (four !== undefined || eight !== undefined) return Buffer.from(whole);
  return Buffer.from(LETTERS[letter] ?? whole);
}

export function textFrom(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
