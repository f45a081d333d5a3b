/** What the clocks on the wall show in a time zone, daylight saving included: the runtime's own tables say so. */

export interface LocalTime {
  /** `2026-12-25`. */
  readonly date: string;
  /** 0 is Monday. */
  readonly weekday: number;
  /** Minutes since midnight as the clock shows them, from 0 to 1439: of an hour that comes twice, twice the same. */
  readonly minutes: number;
}

/** To make one costs more than to ask it a thousand times. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** `timezone` is an IANA name. Throws a RangeError for one that the runtime does not know. */
export function localTime(at: Date, timezone: string): LocalTime {
  const shown = clockOf(timezone).formatToParts(at);
  const number = (name: string): number => Number(shown.find(({ type }) => type === name)?.value);
  const [year, month, day] = [number('year'), number('month'), number('day')];
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  // Any day as if it were one in UTC: its weekday is the same everywhere.
  const sundayFirst = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { date, weekday: (sundayFirst + 6) % 7, minutes: number('hour') * 60 + number('minute') };
}

function clockOf(timezone: string): Intl.DateTimeFormat {
  const known = clocks.get(timezone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  clocks.set(timezone, clock);
  return clock;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
