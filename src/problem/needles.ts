/** Many pieces of text that are looked for at once, in a time that hardly grows with how many they are. */

/** By so many characters of its beginning a piece is found. */
const BEGINNING = 4;

export class Needles {
  /** By length of the beginning: by the beginning, those that begin so. */
  readonly #byBeginning = new Map<number, Map<string, Set<string>>>();

  constructor(needles: readonly string[] = []) {
    for (const needle of needles) this.add(needle);
  }

  add(needle: string): void {
    if (needle === '') return;
    const length = Math.min(needle.length, BEGINNING);
    const alike = this.#byBeginning.get(length) ?? new Map<string, Set<string>>();
    this.#byBeginning.set(length, alike);
    const beginning = needle.slice(0, length);
    const needles = alike.get(beginning) ?? new Set<string>();
    alike.set(beginning, needles);
    needles.add(needle);
  }

  get isEmpty(): boolean {
    return this.#byBeginning.size === 0;
  }

  isIn(text: string): boolean {
    for (let at = 0; at < text.length; at += 1) if (this.#lengthAt(text, at) > 0) return true;
    return false;
  }

  /** Where several overlap, all that they cover is one. */
  replacedIn(text: string, by: string): string {
    let replaced = '';
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      let end = at + this.#lengthAt(text, at);
      if (end === at) continue;
      for (let inside = at + 1; inside < end; inside += 1)
        end = Math.max(end, inside + this.#lengthAt(text, inside));
      replaced += text.slice(from, at) + by;
      from = end;
      at = end - 1;
    }
    return replaced + text.slice(from);
  }

  /** Of the longest one that begins there; 0 where none does. */
  #lengthAt(text: string, at: number): number {
    let longest = 0;
    for (const [length, alike] of this.#byBeginning) {
      for (const needle of alike.get(text.slice(at, at + length)) ?? [])
        if (needle.length > longest && text.startsWith(needle, at)) longest = needle.length;
    }
    return longest;
  }
}
