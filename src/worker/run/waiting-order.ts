/**
 * Who of those that wait is next: who has waited longest. A desk that knows of work counts as if it had waited half a
 * minute longer, so nobody waits for ever.
 */

/** How much longer a desk that knows of work counts to have waited. */
const WORK_COUNTS_MS = 30_000;

export interface WaitsSince {
  /** Milliseconds of a clock that is never set. */
  readonly since: number;
  /** Whether it knows of work, and does not only want to look; this may change while it waits. */
  readonly hasWork: () => boolean;
}

export function longestWaiting<T extends WaitsSince>(all: Iterable<T>): T | null {
  let next: T | null = null;
  for (const one of all) if (next === null || rank(one) < rank(next)) next = one;
  return next;
}

function rank({ since, hasWork }: WaitsSince): number {
  return since - (hasWork() ? WORK_COUNTS_MS : 0);
}
