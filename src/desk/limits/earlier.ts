/**
 * What was sent before a pass, as the limits count it: by names that tell nothing of whom it went to or what it was about.
 * So it can be kept where no address may lie. What the pass itself decides is counted beside it, by plain names.
 */
import { type Span, Tally } from './tally.js';

/** Makes of a name one that tells nothing, the same for the same name. */
export type Hash = (name: string) => string;

/** Each name is hashed. */
export interface EarlierLetter {
  /** Of letters with one name and one cause only the first counts. */
  readonly name: string;
  readonly cause: string;
  /** By which it is counted. */
  readonly groups: readonly string[];
  /** In milliseconds. */
  readonly at: number;
}

/** Asked by plain names. */
export interface Earlier {
  /** How many of the group there are in the span, without those for this cause. */
  count(group: string, span: Span, but: { readonly cause: string }): number;
  has(name: string, cause: string): boolean;
}

export class EarlierLetters implements Earlier {
  readonly #hash: Hash;
  readonly #tally = new Tally();
  readonly #known = new Set<string>();

  constructor(hash: Hash, letters: Iterable<EarlierLetter> = []) {
    this.#hash = hash;
    for (const letter of letters) this.add(letter);
  }

  add({ name, cause, groups, at }: EarlierLetter): void {
    const key = `${name} ${cause}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    for (const group of groups) this.#tally.add(group, { at: new Date(at), cause });
  }

  count(group: string, span: Span, { cause }: { readonly cause: string }): number {
    return this.#tally.count(this.#hash(group), span, { cause: this.#hash(cause) });
  }

  has(name: string, cause: string): boolean {
    return this.#known.has(`${this.#hash(name)} ${this.#hash(cause)}`);
  }
}

/** All of them but those that do not count just now, with those that count otherwise than usual. */
export function asTheyStand(
  all: Earlier,
  { withheld, instead }: { readonly withheld: Earlier; readonly instead: Earlier },
): Earlier {
  return {
    count: (...of) => all.count(...of) - withheld.count(...of) + instead.count(...of),
    has: (...of) => (all.has(...of) && !withheld.has(...of)) || instead.has(...of),
  };
}
