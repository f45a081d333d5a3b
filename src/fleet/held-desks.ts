/**
 * The desks of one host: *held* with a lease, *loose* where they are worked without one, *leaving* where they are held
 * and being stopped. What is worked is what is held or loose, and not leaving.
 */
import type { Renewed } from './leases.js';
import type { Moment } from './moment.js';

export class HeldDesks {
  /** With the moment before each lease was taken or renewed. */
  readonly #held = new Map<string, Moment>();
  readonly #loose = new Set<string>();
  readonly #leaving = new Set<string>();

  get held(): number {
    return this.#held.size;
  }

  /** Held, and to stay. */
  get staying(): number {
    return [...this.#leaving].reduce(
      (count, desk) => count - (this.#held.has(desk) ? 1 : 0),
      this.#held.size,
    );
  }

  get loose(): readonly string[] {
    return [...this.#loose];
  }

  leased(): string[] {
    return [...this.#held.keys()];
  }

  /** Held or loose. */
  all(): string[] {
    return [...this.#held.keys(), ...this.#loose];
  }

  working(): string[] {
    return this.all().filter((desk) => !this.#leaving.has(desk));
  }

  has(desk: string): boolean {
    return this.#held.has(desk) || this.#loose.has(desk);
  }

  /** Held, and to stay. */
  stays(desk: string): boolean {
    return this.#held.has(desk) && !this.#leaving.has(desk);
  }

  /** Of those that are to stay, the ones it has had for the shortest time. */
  latest(count: number): string[] {
    return this.leased()
      .filter((desk) => !this.#leaving.has(desk))
      .slice(-count);
  }

  took(desks: readonly string[], moment: Moment): void {
    for (const desk of desks) {
      this.#loose.delete(desk);
      this.#leaving.delete(desk);
      this.#held.set(desk, moment);
    }
  }

  /** What became of the leases of `desks`, which were to be renewed. */
  renewed(desks: readonly string[], { free, elsewhere }: Renewed, moment: Moment): void {
    const isFree = new Set(free);
    const isLost = new Set(elsewhere);
    for (const desk of desks) {
      // It may have gone meanwhile.
      if (!this.has(desk)) continue;
      if (isLost.has(desk)) this.drop(desk);
      else if (isFree.has(desk)) this.loosen([desk]);
      else {
        this.#loose.delete(desk);
        this.#held.set(desk, moment);
      }
    }
  }

  /** They are worked without a lease; what is being stopped is not. */
  loosen(desks: readonly string[]): void {
    for (const desk of desks) {
      this.#held.delete(desk);
      if (!this.#leaving.has(desk)) this.#loose.add(desk);
    }
  }

  drop(desk: string): void {
    this.#held.delete(desk);
    this.#loose.delete(desk);
  }

  /** Those whose leases fulfil it. */
  leasedSuch(test: (moment: Moment) => boolean): string[] {
    return [...this.#held].filter(([, moment]) => test(moment)).map(([desk]) => desk);
  }

  leave(desks: readonly string[]): void {
    for (const desk of desks) this.#leaving.add(desk);
  }

  /** They have been stopped: answers those that are held still, and are not any more. */
  left(desks: readonly string[]): string[] {
    const still = desks.filter((desk) => this.#leaving.delete(desk) && this.#held.delete(desk));
    return still;
  }

  /** Forgets all; answers what was worked. */
  clear(): string[] {
    const working = this.working();
    this.#held.clear();
    this.#loose.clear();
    return working;
  }
}
