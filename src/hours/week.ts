/**
 * Times of the week as people write them: `Mon-Fri 10:00-17:00, Sat 10:00-12:00`. Each of them is days, a time of day, or
 * both: without days it is every day, without a time the whole day. One that ends before it begins ends on the next day, and
 * belongs to the day on which it begins.
 */
import type { LocalTime } from './local-time.js';

/** Minutes of one day of the week, from `from` up to but not including `to`, which may lie on the next day. */
interface Span {
  readonly weekday: number;
  readonly from: number;
  readonly to: number;
}

export type Week = readonly Span[];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MINUTES = 1440;
const WHOLE_DAY = { from: 0, to: DAY_MINUTES };
export const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const ITEM = /^(?:([a-z]{3})(?:\s*-\s*([a-z]{3}))?)?\s*(?:(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2}))?$/;

/** null for what is none. Nothing is asked of the order; times may overlap. */
export function parseWeek(written: string): Week | null {
  const items = written.toLowerCase().split(',').map(parseItem);
  return items.every((item) => item !== null) ? items.flat() : null;
}

function parseItem(written: string): Week | null {
  const [all, first, last, start, end] = ITEM.exec(written.trim()) ?? [];
  if (all === undefined || all === '') return null;
  const days = first === undefined ? EVERY_DAY : daysFrom(first, last ?? first);
  const time = start === undefined || end === undefined ? WHOLE_DAY : timeFrom(start, end);
  if (days === null || time === null) return null;
  return days.map((weekday) => ({ weekday, ...time }));
}

/** From 10:00 to 10:00 may be all day or never: whoever means all day leaves the time out. */
function timeFrom(start: string, end: string): Omit<Span, 'weekday'> | null {
  const [from, to] = [minutesOf(start), minutesOf(end)];
  if (from === null || to === null || from === to || from === DAY_MINUTES) return null;
  return { from, to: to < from ? to + DAY_MINUTES : to };
}

/** `Fri-Mon` goes over the end of the week. */
export function daysFrom(first: string, last: string): readonly number[] | null {
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (from < 0 || to < 0) return null;
  return EVERY_DAY.slice(0, ((to - from + 7) % 7) + 1).map((step) => (from + step) % 7);
}

export function minutesOf(written: string): number | null {
  const [hours = 0, minutes = 0] = written.split(':').map(Number);
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= DAY_MINUTES ? total : null;
}

export function isWithin(week: Week, { weekday, minutes }: Pick<LocalTime, 'weekday' | 'minutes'>): boolean {
  const yesterday = (weekday + 6) % 7;
  return week.some(
    (span) =>
      (span.weekday === weekday && minutes >= span.from && minutes < span.to) ||
      (span.weekday === yesterday && minutes + DAY_MINUTES < span.to),
  );
}
