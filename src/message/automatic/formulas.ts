/**
 * Long lists of set phrases in a subject, with what may stand before and after them. They are looked for by their
 * letters: an expression of hundreds of alternatives takes tens of milliseconds to compile, in every process.
 */

export interface Frame {
  readonly words: readonly string[];
  /** What stands before them. With `^` it is all of that, and takes as much as it can; else they are read as early as possible. */
  readonly before: RegExp;
  /** Holds of all that stands behind them, and begins with `^`; anything may, if left out. */
  readonly after?: RegExp;
}

/** What stands in a text. */
export interface Formula {
  /** As they stand there: of several at one place, the first of the list. */
  readonly words: string;
  /** The place behind them, from the start of the text. */
  readonly end: number;
}

export class Formulas {
  readonly #before: RegExp;
  readonly #after: RegExp | null;
  /** How much may stand before them, where that is not anything. */
  readonly #opening: RegExp | null;
  /** By their first two letters, in the order of the list. */
  readonly #words = new Map<string, string[]>();

  constructor({ words: list, before, after }: Frame) {
    this.#before = new RegExp(`(?:${before.source})$`, before.flags);
    this.#after = after ?? null;
    this.#opening = before.source.startsWith('^') ? before : null;
    for (const words of list.map(folded)) {
      const start = words.slice(0, 2);
      const same = this.#words.get(start);
      if (same === undefined) this.#words.set(start, [words]);
      else if (!same.includes(words)) same.push(words);
    }
  }

  test(text: string): boolean {
    return this.in(text) !== null;
  }

  in(text: string): Formula | null {
    const plain = folded(text);
    if (this.#opening === null) {
      for (let place = 0; place < plain.length; place += 1) {
        const found = this.#at(place, text, plain);
        if (found !== null) return found;
      }
      return null;
    }
    for (let place = this.#opening.exec(text)?.[0].length ?? 0; place >= 0; place -= 1) {
      const found = this.#at(place, text, plain);
      if (found !== null) return found;
    }
    return null;
  }

  #at(place: number, text: string, plain: string): Formula | null {
    for (const words of this.#words.get(plain.slice(place, place + 2)) ?? []) {
      if (!plain.startsWith(words, place)) continue;
      const end = place + words.length;
      // What may stand behind them is short, so at most places the look ahead is over at once.
      if (this.#after !== null && !this.#after.test(text.slice(end))) continue;
      if (this.#before.test(text.slice(0, place))) return { words: text.slice(place, end), end };
    }
    return null;
  }
}

/** Without case, as expressions with `iu` compare (simple case folding), letter by letter: no place is moved. */
function folded(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  let plain = '';
  for (let at = 0; at < text.length; at += 1) plain += foldedLetter(text.charAt(at));
  return plain;
}

/** The Turkish letters are left: both have `i` or `I` as a counterpart in one direction, and are none of them. */
function foldedLetter(letter: string): string {
  if (letter === 'ı' || letter === 'İ') return letter;
  const upper = letter.toUpperCase();
  const lower = (upper.length === 1 ? upper : letter).toLowerCase();
  return lower.length === 1 ? lower : letter;
}
