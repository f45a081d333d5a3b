/**
 * When somebody wants to be told. Everything goes by what the clocks on the wall show: `10:00` is ten o'clock in summer and in
 * winter; an hour that comes twice counts twice, and what would lie in an hour that is left out does not come.
 */
import { localTime } from './local-time.js';
import { isWithin, type Week } from './week.js';

export interface AlertHours {
  /** IANA name. */
  readonly timezone: string;
  /** Outside, or inside, these times; null: always. */
  readonly when: { readonly side: 'outside' | 'inside'; readonly week: Week } | null;
  /** `2026-12-25`: days that belong to no time of `when`, from midnight to midnight. */
  readonly holidays: ReadonlySet<string>;
  /** Times at which nothing is told, and all of it later; null: none. */
  readonly quiet: Week | null;
}

/** Whether what happens now is to be told, be it now or after the quiet hours. */
export function isAlertTime({ timezone, when, holidays }: AlertHours, at: Date): boolean {
  if (when === null) return true;
  const local = localTime(at, timezone);
  const within = !holidays.has(local.date) && isWithin(when.week, local);
  return within === (when.side === 'inside');
}

export function isQuiet({ timezone, quiet }: AlertHours, at: Date): boolean {
  return quiet !== null && isWithin(quiet, localTime(at, timezone));
}

const MINUTE_MS = 60_000;
/** A time that is shorter may be stepped over: whoever waits for it looks more often. */
const STEP_MS = 5 * MINUTE_MS;
const LONGEST_LOOK_MS = 8 * 86_400_000;

/** The first minute from `at` on at which `holds` is true; after eight days without, that moment. */
export function firstMinute(at: Date, holds: (moment: Date) => boolean): Date {
  const start = at.getTime();
  if (holds(at)) return at;
  const wholeMinute = Math.floor(start / MINUTE_MS) * MINUTE_MS;
  const end = wholeMinute + LONGEST_LOOK_MS;
  for (let coarse = wholeMinute + STEP_MS; coarse < end; coarse += STEP_MS) {
    if (!holds(new Date(coarse))) continue;
    for (let fine = coarse - STEP_MS + MINUTE_MS; fine < coarse; fine += MINUTE_MS)
      if (holds(new Date(fine))) return new Date(fine);
    return new Date(coarse);
  }
  return new Date(end);
}
