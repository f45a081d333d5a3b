/**
 * Times of the day at which something is done, as people write them: `08:00`, `Mon-Fri 08:00, Sat 10:00`. Each day has one
 * at most, so that the day names what is done at it.
 *
 * The clock on the wall counts. Where it is put back and shows a time twice, the first one counts; where it is put forward and
 * leaves a time out, the first moment after that.
 */
import { localTime } from './local-time.js';
import { daysFrom, EVERY_DAY, minutesOf } from './week.js';

interface TimeOfDay {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Since midnight as the clock shows them. */
  readonly minutes: number;
}

export type TimesOfDay = readonly TimeOfDay[];

const ITEM = /^(?:([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+)?(\d{1,2}:\d{2})$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/** null for what is none, or has two times for one day. `otherwise`: the days of a time that names none. */
export function parseTimesOfDay(
  written: string,
  otherwise: readonly number[] = EVERY_DAY,
): TimesOfDay | null {
  const times: TimeOfDay[] = [];
  for (const item of written.toLowerCase().split(',')) {
    const [, first, last, time] = ITEM.exec(item.trim()) ?? [];
    const days = first === undefined ? otherwise : daysFrom(first, last ?? first);
    const minutes = time === undefined ? null : minutesOf(time);
    if (days === null || minutes === null || minutes === DAY_MINUTES) return null;
    times.push(...days.map((weekday) => ({ weekday, minutes })));
  }
  return new Set(times.map(({ weekday }) => weekday)).size === times.length ? times : null;
}

/** The last day, such as `2026-12-25`, whose time has come; null if none has in the last eight days. */
export function lastDay(times: TimesOfDay, at: Date, timezone: string): string | null {
  const today = localTime(at, timezone).date;
  for (let back = 0; back <= 8; back += 1) {
    const day = dayAfter(today, -back);
    const moment = momentOf(times, day, timezone);
    if (moment !== null && moment <= at) return day;
  }
  return null;
}

/** The first such moment after that one; null if there is none in the next eight days. */
export function nextMoment(times: TimesOfDay, at: Date, timezone: string): Date | null {
  const today = localTime(at, timezone).date;
  for (let on = 0; on <= 8; on += 1) {
    const moment = momentOf(times, dayAfter(today, on), timezone);
    if (moment !== null && moment > at) return moment;
  }
  return null;
}

/** Days as the calendar has them, whatever clocks do. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(Date.parse(day)).getUTCDay() + 6) % 7;
}

function momentOf(times: TimesOfDay, day: string, timezone: string): Date | null {
  const weekday = weekdayOf(day);
  const time = times.find((one) => one.weekday === weekday);
  return time === undefined ? null : firstMoment(day, time.minutes, timezone);
}

/** The first moment of a day at which the clock shows so many minutes or more; null where it never does. */
export function firstMoment(day: string, minutes: number, timezone: string): Date | null {
  const shown = Date.parse(day) + minutes * MINUTE_MS;
  // Clocks change by a few hours at most: one of these is the offset that counts, or the change lies between them.
  const ahead = Math.max(aheadOfUtc(shown - DAY_MS, timezone), aheadOfUtc(shown + DAY_MS, timezone));
  const first = shown - ahead;
  for (let at = first; at <= first + DAY_MS; at += MINUTE_MS) {
    const local = localTime(new Date(at), timezone);
    if (local.date === day && local.minutes >= minutes) return new Date(at);
    if (local.date > day) return null;
  }
  return null;
}

/** Milliseconds. */
function aheadOfUtc(at: number, timezone: string): number {
  const { date, minutes } = localTime(new Date(at), timezone);
  const wholeMinute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return Date.parse(date) + minutes * MINUTE_MS - wholeMinute;
}
