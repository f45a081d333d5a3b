/**
 * What was sent before a pass, as the limits count it: by names that tell nothing of whom it went to or what it was about.
 * So it can be kept where no address may lie. What the pass itself decides is counted beside it, by plain names.
 */
import { insert, type Moments, momentsWithin, type Span, within } from './tally.js';

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
  readonly #moments = new Map<string, Moments>();
  /** Few have one cause: what does not count for its own cause is looked for among them. */
  readonly #byCause = new Map<string, EarlierLetter[]>();

  constructor(hash: Hash, letters: Iterable<EarlierLetter> = []) {
    this.#hash = hash;
    for (const letter of letters) this.add(letter);
  }

  add(letter: EarlierLetter): void {
    const { name, cause, groups, at } = letter;
    const known = this.#byCause.get(cause);
    if (known === undefined) this.#byCause.set(cause, [letter]);
    else if (known.some((each) => each.name === name)) return;
    else known.push(letter);
    for (const group of groups) insert(this.#moments, group, at);
  }

  count(group: string, span: Span, { cause }: { readonly cause: string }): number {
    const hashed = this.#hash(group);
    const own = (this.#byCause.get(this.#hash(cause)) ?? []).filter(({ groups }) => groups.includes(hashed));
    const ownAt = own.map(({ at }) => at).sort((a, b) => a - b);
    return momentsWithin(this.#moments, hashed, span) - within(ownAt, span);
  }

  has(name: string, cause: string): boolean {
    const hashed = this.#hash(name);
    return (this.#byCause.get(this.#hash(cause)) ?? []).some((each) => each.name === hashed);
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
