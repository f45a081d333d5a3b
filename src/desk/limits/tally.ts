/**
 * Counts what was sent, by groups and spans of time. The moments of a group stand in order, so that a count looks at
 * none of them one by one: thousands of mails are judged in about the time of as many looks.
 */
export interface Span {
  /** Later than this. */
  readonly after: number;
  /** Not later than this. */
  readonly until?: number | undefined;
}

/** Most groups are of one sender, and have one moment: an array for each would be most of what they take. */
export type Moments = number | number[];

interface Counted {
  /** Of one name and one cause only the first counts. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly at: number;
}

export class Tally {
  readonly #groups = new Map<string, Moments>();
  /** Few have one cause: what does not count for its own is looked for among them. */
  readonly #causes = new Map<string, Counted | readonly Counted[]>();

  has(name: string, cause: string): boolean {
    return this.#of(cause).some((counted) => counted.name === name);
  }

  add(name: string, groups: readonly string[], sent: { readonly at: Date; readonly cause: string }): void {
    const at = sent.at.getTime();
    for (const group of groups) insert(this.#groups, group, at);
    const counted = { name, groups, at };
    const before = this.#causes.get(sent.cause);
    this.#causes.set(sent.cause, before === undefined ? counted : [before, counted].flat());
  }

  /** How many of the group there are in the span, without those for this cause. */
  count(group: string, span: Span, but: { readonly cause: string }): number {
    const own = this.#of(but.cause).filter(({ groups }) => groups.includes(group));
    const ownAt = own.map(({ at }) => at).sort((a, b) => a - b);
    return momentsWithin(this.#groups, group, span) - within(ownAt, span);
  }

  #of(cause: string): readonly Counted[] {
    return [this.#causes.get(cause) ?? []].flat();
  }
}

/** Adds a moment of a key, in order. */
export function insert(moments: Map<string, Moments>, key: string, at: number): void {
  const known = moments.get(key);
  if (known === undefined) moments.set(key, at);
  else if (typeof known === 'number') moments.set(key, known <= at ? [known, at] : [at, known]);
  // Nearly always the newest, and then nothing has to make room for it.
  else known.splice(upTo(known, at), 0, at);
}

/** How many moments of a key lie in the span. */
export function momentsWithin(moments: ReadonlyMap<string, Moments>, key: string, span: Span): number {
  const known = moments.get(key) ?? [];
  return within(typeof known === 'number' ? [known] : known, span);
}

/** How many of the ordered moments lie in the span. */
export function within(ordered: readonly number[], { after, until }: Span): number {
  const end = until === undefined ? ordered.length : upTo(ordered, until);
  return Math.max(0, end - upTo(ordered, after));
}

/** How many of them are not later than a moment. */
function upTo(ordered: readonly number[], moment: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ordered[middle] ?? 0) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
