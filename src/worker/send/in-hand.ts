/**
 * The letters in hand: handed over, and not answered yet. Most have a line to themselves; one may go behind another of
 * them, over the same line, and is begun only once that one is taken (`courier.ts`).
 */
import type { Envelope } from '../../delivery/courier.js';
import type { Letter } from '../workplace/outbox-copy.js';

interface Handed {
  readonly envelope: Envelope;
  readonly keys: readonly string[];
  /** It has no line of its own before this one is answered. */
  readonly behind: Letter | null;
}

/** Which of the letters that wait, and behind which one in hand. */
export interface Choice {
  readonly index: number;
  readonly behind: Letter | null;
}

export class InHand {
  readonly #keysOf: (letter: Letter) => readonly string[];
  /** In the order of handing over. */
  readonly #handed = new Map<Letter, Handed>();
  /** Asked for of each letter that is ready whenever one has answered. */
  readonly #keys = new WeakMap<Letter, readonly string[]>();

  /** A letter's keys are what it may not share with another one in hand, unless it goes behind that one. */
  constructor(keysOf: (letter: Letter) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  get size(): number {
    return this.#handed.size;
  }

  /** So many have a line to themselves. */
  get lines(): number {
    return [...this.#handed.values()].filter((one) => this.#isBegun(one)).length;
  }

  has(is: (letter: Letter) => boolean): boolean {
    return [...this.#handed.keys()].some(is);
  }

  envelopeOf(letter: Letter): Envelope | undefined {
    return this.#handed.get(letter)?.envelope;
  }

  add(letter: Letter, { envelope, behind }: Pick<Handed, 'envelope' | 'behind'>): void {
    this.#handed.set(letter, { envelope, behind, keys: this.#known(letter) });
  }

  delete(letter: Letter): void {
    this.#handed.delete(letter);
  }

  /**
   * The first that may go, whether it is ready or not; what is not ready is not looked beyond. A letter that shares a key
   * goes behind the one in hand with which it does, if that is one alone, is begun, and has none behind it.
   */
  choose(
    waiting: readonly Letter[],
    may: {
      /** Another line may be used. */
      readonly begin: boolean;
      readonly beLookedBeyond: (letter: Letter) => boolean;
      readonly goWithOthers: (letter: Letter) => boolean;
    },
  ): Choice | null {
    const holders = this.#holders();
    for (const [index, letter] of waiting.entries()) {
      if (!may.goWithOthers(letter)) return this.size === 0 ? { index, behind: null } : null;
      const keys = this.#known(letter);
      const met = new Set(keys.map((key) => holders.get(key)).filter((one) => one !== undefined));
      const [behind = null] = met;
      if (met.size === 0 && may.begin) return { index, behind: null };
      if (met.size === 1 && behind !== null && this.#mayBeFollowed(behind)) return { index, behind };
      if (!may.beLookedBeyond(letter)) return null;
      // What comes after it for the same person, or of the same ticket, stays behind it.
      for (const key of keys) holders.set(key, null);
    }
    return null;
  }

  /** Who has which key; null for several, or for one that waits. */
  #holders(): Map<string, Letter | null> {
    const holders = new Map<string, Letter | null>();
    for (const [letter, { keys }] of this.#handed)
      for (const key of keys) holders.set(key, holders.has(key) ? null : letter);
    return holders;
  }

  #isBegun({ behind }: Handed): boolean {
    return behind === null || !this.#handed.has(behind);
  }

  #mayBeFollowed(letter: Letter): boolean {
    const handed = this.#handed.get(letter);
    if (handed === undefined || !this.#isBegun(handed)) return false;
    return ![...this.#handed.values()].some(({ behind }) => behind === letter);
  }

  #known(letter: Letter): readonly string[] {
    const known = this.#keys.get(letter) ?? this.#keysOf(letter);
    this.#keys.set(letter, known);
    return known;
  }
}
