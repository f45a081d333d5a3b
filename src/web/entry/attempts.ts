/**
 * How many passwords may be tried. Each address has some tries at once, and gets one back after a time; all addresses together
 * have more, and no more than these. A try is taken before the password is looked at, so many at once gain nothing; who gives
 * the right one gets it back. What is remembered is bounded.
 */

export const TRIES = 10;
export const REFILL_MS = 30_000;
const TRIES_OF_ALL = 60;
const REFILL_OF_ALL_MS = 2_000;
export const MAX_ADDRESSES = 2000;

interface Bucket {
  left: number;
  at: number;
}

interface Size {
  readonly most: number;
  readonly refillMs: number;
}

const EACH: Size = { most: TRIES, refillMs: REFILL_MS };
const ALL: Size = { most: TRIES_OF_ALL, refillMs: REFILL_OF_ALL_MS };

interface Sizes {
  readonly each: Size;
  readonly all: Size;
}

/** How often a link may be looked at: what each link names counts in place of an address. */
export const LOOKS_BY_LINK: Sizes = {
  each: { most: 60, refillMs: 1_000 },
  all: { most: 300, refillMs: 100 },
};

export class Attempts {
  readonly #now: () => number;
  readonly #sizes: Sizes;
  readonly #all: Bucket;
  /** The one that tried longest ago first. */
  readonly #addresses = new Map<string, Bucket>();

  constructor(now: () => number = Date.now, sizes: Sizes = { each: EACH, all: ALL }) {
    this.#now = now;
    this.#sizes = sizes;
    this.#all = { left: sizes.all.most, at: now() };
  }

  /** Takes a try; false where there is none left. */
  take(address: string): boolean {
    const { each, all } = this.#sizes;
    const own = this.#addresses.get(address) ?? { left: each.most, at: this.#now() };
    this.#addresses.delete(address);
    this.#addresses.set(address, own);
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MAX_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
    this.#refill(own, each);
    this.#refill(this.#all, all);
    if (own.left < 1 || this.#all.left < 1) return false;
    own.left -= 1;
    this.#all.left -= 1;
    return true;
  }

  /** The password was right. */
  giveBack(address: string): void {
    const { each, all } = this.#sizes;
    const own = this.#addresses.get(address);
    if (own !== undefined) own.left = Math.min(each.most, own.left + 1);
    this.#all.left = Math.min(all.most, this.#all.left + 1);
  }

  #refill(bucket: Bucket, { most, refillMs }: Size): void {
    const now = this.#now();
    bucket.left = Math.min(most, bucket.left + Math.max(0, now - bucket.at) / refillMs);
    bucket.at = now;
  }
}
