/**
 * Finds where a text stops being JSON. The runtime's own message quotes the text around the mistake, which in a
 * configuration may be a password, and names no place in short texts; this names the place and quotes nothing.
 */

export interface SyntaxMistake {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** What would have been right there. */
  readonly expected: string;
}

const MAX_DEPTH = 100;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const SPACE = /[ \t\r\n]*/y;

class Mistake extends Error {
  readonly offset: number;

  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
  }
}

/** The first mistake in `text`, or null if it is JSON in which no object has one key twice. */
export function findSyntaxMistake(text: string): SyntaxMistake | null {
  try {
    const scanner = new Scanner(text);
    scanner.value(0);
    scanner.end();
    return null;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const before = text.slice(0, error.offset);
    const line = before.split('\n').length;
    return { line, column: error.offset - before.lastIndexOf('\n'), expected: error.message };
  }
}

class Scanner {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): void {
    this.#take(SPACE);
    if (depth > MAX_DEPTH) throw this.#mistake('less nesting');
    const first = this.#text[this.#offset];
    if (first === '{') this.#object(depth);
    else if (first === '[') this.#array(depth);
    else if (first === '"') this.#string('a string that ends on its line, with \\ before special characters');
    else if (this.#take(SCALAR) === null)
      throw this.#mistake('a value: "text" in double quotes, a number, true, false, null, { or [');
  }

  end(): void {
    this.#take(SPACE);
    if (this.#offset < this.#text.length) throw this.#mistake('nothing more after the end');
  }

  #object(depth: number): void {
    const keys = new Set<unknown>();
    this.#offset += 1;
    if (this.#next('}')) return;
    do {
      this.#take(SPACE);
      const at = this.#offset;
      const key: unknown = JSON.parse(
        this.#string('a key in double quotes (no comma before a }, and no comments)'),
      );
      if (keys.has(key)) throw new Mistake(at, 'each key once in an object');
      keys.add(key);
      if (!this.#next(':')) throw this.#mistake('a colon after the key');
      this.value(depth + 1);
    } while (this.#next(','));
    if (!this.#next('}')) throw this.#mistake('a comma or }');
  }

  #array(depth: number): void {
    this.#offset += 1;
    if (this.#next(']')) return;
    do this.value(depth + 1);
    while (this.#next(','));
    if (!this.#next(']')) throw this.#mistake('a comma or ]');
  }

  #string(expected: string): string {
    const taken = this.#take(STRING);
    if (taken === null) throw this.#mistake(expected);
    return taken;
  }

  /** Takes one character, after white space, if it is the next. */
  #next(character: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#offset = pattern.lastIndex;
    return match[0];
  }

  #mistake(expected: string): Mistake {
    return new Mistake(this.#offset, expected);
  }
}
