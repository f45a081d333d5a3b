/** Spans of time in the desk's language. */
import type { DeskPolicy } from '../policy.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rounded down, so that nothing is said to be over early; days from two on. */
export function spanShown(policy: DeskPolicy, ms: number): string {
  const span = Math.max(0, ms);
  if (span < HOUR_MS) return policy.phrase('span-minutes', { count: Math.floor(span / MINUTE_MS) });
  if (span < 2 * DAY_MS) return policy.phrase('span-hours', { count: Math.floor(span / HOUR_MS) });
  return policy.phrase('span-days', { count: Math.floor(span / DAY_MS) });
}
