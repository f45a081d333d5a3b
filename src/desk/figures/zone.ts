/** Days and hours in a time zone of the IANA database, right across changes of its clocks. */

interface Wall {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

/** The hour of the day, from 0 to 23. */
export function hourIn(timezone: string): (at: Date) => number {
  const wallOf = wallIn(timezone);
  return (at) => wallOf(at).hour;
}

/** The day, such as 2026-11-29. */
export function dayIn(timezone: string): (at: Date) => string {
  const wallOf = wallIn(timezone);
  return (at) => {
    const { year, month, day } = wallOf(at);
    return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
  };
}

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 86_400_000;

/** The first moment of a day there; null where there is no such day. */
export function startOfDay(
  date: { year: number; month: number; day: number },
  timezone: string,
): Date | null {
  const { year, month, day } = date;
  const utc = Date.UTC(year, month - 1, day);
  const isDay = new Date(utc).getUTCDate() === day && new Date(utc).getUTCMonth() === month - 1;
  if (!isDay) return null;
  const wallOf = wallIn(timezone);
  // No zone is further than a day from UTC, and all that change do so at a quarter of an hour.
  for (let at = utc - DAY_MS; at <= utc + DAY_MS; at += QUARTER_MS) {
    const wall = wallOf(new Date(at));
    if (wall.year === year && wall.month === month && wall.day === day) return new Date(at);
  }
  return null;
}

function wallIn(timezone: string): (at: Date) => Wall {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour') };
  };
}
