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

export class Tally {
  readonly #groups = new Map<string, number[]>();
  readonly #causes = new Map<string, number[]>();

  add(group: string, sent: { readonly at: Date; readonly cause: string }): void {
    const at = sent.at.getTime();
    insert(this.#groups, group, at);
    insert(this.#causes, `${group}\n${sent.cause}`, at);
  }

  /** How many of the group there are in the span, without those for this cause. */
  count(group: string, span: Span, but: { readonly cause: string }): number {
    const own = this.#causes.get(`${group}\n${but.cause}`) ?? [];
    return within(this.#groups.get(group) ?? [], span) - within(own, span);
  }
}

/** Moments of a key, in order. */
export function insert(moments: Map<string, number[]>, key: string, at: number): void {
  const known = moments.get(key);
  if (known === undefined) moments.set(key, [at]);
  // Nearly always the newest, and then nothing has to make room for it.
  else known.splice(upTo(known, at), 0, at);
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
