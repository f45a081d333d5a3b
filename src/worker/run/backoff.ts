/** How long to wait before trying again: twice as long each time up to a cap, and never two workers in step. */

/** The longest wait for what may pass by itself. */
export const MAX_DELAY_MS = 300_000;

export interface Pace {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** For what may pass by itself. */
export const PASSING: Pace = { firstMs: 1000, longestMs: MAX_DELAY_MS };
/**
 * For a sign-in that was refused: after one to two minutes, then less and less often, at last once in half an hour to an
 * hour. Servers and what guards them (fail2ban, Microsoft's smart lockout) count failures over minutes up to an hour.
 */
export const SIGN_IN: Pace = { firstMs: 120_000, longestMs: 3_600_000 };
/** For a server that takes no more connections: as soon as another one is given up there is room. */
export const CROWDED: Pace = { firstMs: 4000, longestMs: 120_000 };
/** For what a person has to mend, such as a folder that is missing: a look costs little, and they wait for it. */
export const NEEDS_PERSON: Pace = { firstMs: 15_000, longestMs: 60_000 };

/**
 * Milliseconds to wait after `failures` failures in a row (from 1 on): the upper half of the span is left to chance.
 * `random` answers a number from 0 up to but not including 1.
 */
export function backoffDelay(failures: number, random: () => number, pace: Pace = PASSING): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const span = Math.min(pace.firstMs * 2 ** doublings, pace.longestMs);
  return Math.round(span / 2 + (span / 2) * random());
}
