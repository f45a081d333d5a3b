/** How many sign-ins may begin: a few at once, and so many a second after that. */
export interface PaceOptions {
  readonly atOnce: number;
  readonly perSecond: number;
  /** Of all servers together; what counts here counts there as well. */
  readonly all?: Pace;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

const SECOND_MS = 1000;

export class Pace {
  readonly #options: PaceOptions;
  #left: number;
  #countedAt: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#left = options.atOnce;
    this.#countedAt = this.#now();
  }

  /** Takes leave for one, and answers 0; or answers in how many milliseconds there may be leave. */
  take(): number {
    const waitMs = this.#waitMs();
    if (waitMs > 0) return waitMs;
    const othersMs = this.#options.all?.take() ?? 0;
    if (othersMs === 0) this.#left -= 1;
    return othersMs;
  }

  #waitMs(): number {
    const { atOnce, perSecond } = this.#options;
    const now = this.#now();
    this.#left = Math.min(this.#left + ((now - this.#countedAt) * perSecond) / SECOND_MS, atOnce);
    this.#countedAt = now;
    return this.#left >= 1 ? 0 : ((1 - this.#left) * SECOND_MS) / perSecond;
  }

  #now(): number {
    return this.#options.clock?.() ?? performance.now();
  }
}
