/** How much of a span of time lies within times of the week, such as those in which an office is open. */
import { localTime } from './local-time.js';
import { dayAfter, firstMoment, weekdayOf } from './time-of-day.js';
import type { Week } from './week.js';

const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;

/** Whether so many milliseconds between these moments lie within the times of the week. */
export function hasLasted(
  ms: number,
  { from, to }: { readonly from: Date; readonly to: Date },
  { week, timezone }: { readonly week: Week; readonly timezone: string },
): boolean {
  const last = localTime(to, timezone).date;
  // The time that begins on one day may end on the next.
  let day = dayAfter(localTime(from, timezone).date, -1);
  let counted = from.getTime();
  let sum = 0;
  for (; day <= last && sum < ms; day = dayAfter(day, 1)) {
    const weekday = weekdayOf(day);
    const spans = week.filter((span) => span.weekday === weekday).sort((a, b) => a.from - b.from);
    for (const span of spans) {
      const begin = firstMoment(day, span.from, timezone)?.getTime() ?? counted;
      const end = Math.min(endOf(day, span.to, timezone), to.getTime());
      // What overlaps with a time before it was counted with that.
      const start = Math.max(begin, counted);
      if (end <= start) continue;
      sum += end - start;
      counted = end;
    }
  }
  return sum >= ms;
}

function endOf(day: string, minutes: number, timezone: string): number {
  const [on, rest] = minutes < DAY_MINUTES ? [day, minutes] : [dayAfter(day, 1), minutes - DAY_MINUTES];
  return firstMoment(on, rest, timezone)?.getTime() ?? 0;
}

/** The days that have any of these times; 0 is Monday. */
export function daysOf(week: Week): readonly number[] {
  return [...new Set(week.map(({ weekday }) => weekday))].sort((a, b) => a - b);
}

/** How long such a day is, in milliseconds: the mean of those that have any. Times that overlap count once. */
export function dayLengthMs(week: Week): number {
  const shown = new Set<number>();
  for (const { weekday, from, to } of week)
    for (let minute = from; minute < to; minute += 1)
      shown.add((weekday * DAY_MINUTES + minute) % (7 * DAY_MINUTES));
  return (shown.size * MINUTE_MS) / Math.max(1, daysOf(week).length);
}
