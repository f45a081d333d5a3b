/**
 * Which tickets were merged into which. A merge makes one number a pointer to another; chains of them are followed to
 * their end. The entries' UIDs decide, so that every reader agrees: of two merges of one ticket the earlier stands, and
 * one that would close a circle is void.
 */

export interface Merge {
  readonly uid: number;
  readonly from: number;
  readonly into: number;
  /** The people of the one are people of the other from then on. */
  readonly joinPeople: boolean;
}

export class Merges {
  readonly #seen = new Map<number, Merge>();
  #standing = new Map<number, Merge>();

  /** Whatever the order in which they are met, the result is the same. */
  add(merges: readonly Merge[]): void {
    const fresh = merges.filter(({ uid }) => !this.#seen.has(uid));
    if (fresh.length === 0) return;
    for (const merge of fresh) this.#seen.set(merge.uid, merge);
    this.#standing = new Map();
    for (const merge of [...this.#seen.values()].sort((a, b) => a.uid - b.uid)) {
      if (this.#standing.has(merge.from) || this.endOf(merge.into) === merge.from) continue;
      this.#standing.set(merge.from, merge);
    }
  }

  /** The ticket that a number stands for now. */
  endOf(number: number): number {
    return this.#standing.has(number) ? (this.path(number).at(-1) ?? number) : number;
  }

  /** From a number to the end of its chain, both included. */
  path(number: number): readonly number[] {
    const path = [number];
    for (let next = this.#standing.get(number); next !== undefined; next = this.#standing.get(next.into))
      path.push(next.into);
    return path;
  }

  /** The merge that made this number a pointer; null for a ticket of its own. */
  of(number: number): Merge | null {
    return this.#standing.get(number) ?? null;
  }

  /** Whether the people of a number are people of the ticket that it stands for. */
  joins(number: number): boolean {
    const path = this.path(number);
    return path.slice(0, -1).every((one) => this.#standing.get(one)?.joinPeople === true);
  }

  /** The merges by which other tickets came to this one, at once or through others. */
  into(number: number): readonly Merge[] {
    if (this.#standing.size === 0) return [];
    return [...this.#standing.values()].filter(({ into }) => this.path(into).includes(number));
  }
}
