/** Numbers by keys, of which nearly all have one: a set each would be most of what a pass makes anew for its tickets. */
export class NumbersByKey {
  readonly #numbers = new Map<string, number | Set<number>>();

  note(key: string, number: number): void {
    const known = this.#numbers.get(key);
    if (known === undefined) this.#numbers.set(key, number);
    else if (typeof known !== 'number') known.add(number);
    else if (known !== number) this.#numbers.set(key, new Set([known, number]));
  }

  /** In the order in which they were noted. */
  at(key: string): readonly number[] {
    const known = this.#numbers.get(key);
    if (known === undefined) return [];
    return typeof known === 'number' ? [known] : [...known];
  }

  countAt(key: string): number {
    const known = this.#numbers.get(key);
    if (known === undefined) return 0;
    return typeof known === 'number' ? 1 : known.size;
  }
}
