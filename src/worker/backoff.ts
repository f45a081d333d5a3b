/** How long to wait before trying again: twice as long each time up to a cap, and never two workers in step. */

const FIRST_DELAY_MS = 1000;
/** The longest wait, and the pace at which a desk that needs a person is tried. */
export const MAX_DELAY_MS = 300_000;

/**
 * Milliseconds to wait after `failures` failures in a row (from 1 on): the upper half of the span is left to chance.
 * `random` answers a number from 0 up to but not including 1.
 */
export function backoffDelay(failures: number, random: () => number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const span = Math.min(FIRST_DELAY_MS * 2 ** doublings, MAX_DELAY_MS);
  return Math.round(span / 2 + (span / 2) * random());
}
