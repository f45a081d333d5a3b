/** How often something may be done: a number at once, and one more after each span of time. */
export interface AllowanceOptions {
  readonly atOnce: number;
  readonly everyMs: number;
  /** Milliseconds of a clock that is never set back. */
  readonly clock?: () => number;
}

/**
 * How often somebody may end the pause of desks in trouble. Whoever that is, a password that is wrong must not be tried
 * without end.
 */
export const HURRIES = { atOnce: 5, everyMs: 5 * 60_000 } as const;

export class Allowance {
  readonly #options: Required<AllowanceOptions>;
  #left: number;
  #countedAt: number;

  constructor({ atOnce, everyMs, clock = () => performance.now() }: AllowanceOptions) {
    this.#options = { atOnce, everyMs, clock };
    this.#left = atOnce;
    this.#countedAt = clock();
  }

  /** Whether it may be done now; then it is counted as done. */
  take(): boolean {
    const { atOnce, everyMs, clock } = this.#options;
    const spans = Math.floor((clock() - this.#countedAt) / everyMs);
    this.#countedAt += spans * everyMs;
    this.#left = Math.min(this.#left + spans, atOnce);
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }
}
