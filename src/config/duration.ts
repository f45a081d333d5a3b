/** Spans of time as people write them: a whole number and one unit, such as "90s", "15m", "2h" or "2d". */
import type { z } from 'zod';
import { text } from './expected.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,5})([smhd])$/;

/** The span in milliseconds, or null if `written` is not one. */
export function parseDuration(written: string): number | null {
  const match = DURATION.exec(written);
  const [, count, unit = ''] = match ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? null : Number(count) * unitMs;
}

/** Checks the form only; what it is in milliseconds is computed when the configuration is completed. */
export function durationSchema(): z.ZodString {
  return text(
    'a whole number and a unit (s, m, h or d), such as "2d"',
    (value) => parseDuration(value) !== null,
  );
}
