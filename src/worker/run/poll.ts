/**
 * The poll of `run`: a cron expression, read and matched by node-cron, on timers of our own (`poll-clock.ts`).
 *
 * node-cron's own timers are not used. In the hour that comes twice when clocks go back, version 4.6.0 fires nothing
 * (measured), in the schedule's zone and in that of the process; in the latter it also sets a timer of 0 ms again and
 * again until the hour is over, since `setMilliseconds` on a Date takes the second hour for the first. Without IDLE
 * nothing else wakes a desk.
 *
 * What an expression means takes node-cron 70 ms of CPU to find out, so it is asked once for all desks.
 */
import { createTask, parse } from 'node-cron';
import { PollClock } from './poll-clock.js';

export interface PollSchedule {
  /** Cron expression. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
  /** The desk's place among those that poll by the same schedule, from 0 up to but not including 1; 0 if left out. */
  readonly place?: number;
}

const DAY_S = 86_400;
/** Two years hold every date that is polled on at least once a year. */
const SAMPLED_DAYS = 731;
const SAMPLE_FROM = Date.UTC(2025, 0, 1);
/** What a wake may be late by in ordinary times. */
const MIN_SLACK_MS = 1000;
const MAX_SLACK_MS = 60_000;
/** There are few schedules; those of earlier configurations must not pile up. */
const MOST_KEPT = 500;

const gaps = new Map<string, number>();
const clocks = new Map<string, PollClock>();
const nexts = new Map<string, Date | null>();

/** Calls `due` at every time that the schedule names, and whenever it was silent for too long, until the answer is called. */
export function startPoll(schedule: PollSchedule, due: () => void): () => void {
  const { expression, timezone, place = 0 } = schedule;
  const key = keyOf(schedule);
  const gapMs = longestGapMs(expression);
  const clock = clocks.get(key) ?? new PollClock({ expression, timezone, gapMs, slackMs: slackMs(gapMs) });
  clocks.set(key, clock);
  const leave = clock.listen(due, place);
  return () => {
    leave();
    if (clock.isHeard) return;
    clock.stop();
    if (clocks.get(key) === clock) clocks.delete(key);
  };
}

function keyOf({ expression, timezone }: PollSchedule): string {
  return `${timezone} ${expression}`;
}

/** When the schedule is due next; null where nobody can say. */
export function nextPoll(schedule: PollSchedule): Date | null {
  const key = keyOf(schedule);
  const known = nexts.get(key);
  const inMs = (known?.getTime() ?? 0) - Date.now();
  // One that is too far away is of before the clock was set back.
  if (known != null && inMs > 0 && inMs <= longestSilenceMs(schedule.expression)) return known;
  const next = searchNext(schedule);
  keep(nexts, key, next);
  return next;
}

function searchNext({ expression, timezone }: PollSchedule): Date | null {
  const task = createTask(expression, () => undefined, { timezone });
  try {
    return task.getNextRuns(1)[0] ?? null;
  } catch {
    return null;
  } finally {
    void task.destroy();
  }
}

function keep<T>(all: Map<string, T>, key: string, value: T): void {
  if (all.size >= MOST_KEPT) all.clear();
  all.set(key, value);
}

/** The longest that a poll in good order is silent, in milliseconds: what the schedule names, and some patience. */
export function longestSilenceMs(expression: string): number {
  const gapMs = longestGapMs(expression);
  return gapMs + slackMs(gapMs);
}

/** The longest distance between two times of the schedule, in milliseconds, in a zone whose clocks are never changed. */
export function longestGapMs(expression: string): number {
  const known = gaps.get(expression);
  if (known !== undefined) return known;
  const times = timesOfDay(expression);
  const [first = 0] = times;
  const last = times.at(-1) ?? first;
  let longest = longestDaysApart(expression, first) * DAY_S - (last - first);
  for (const [index, time] of times.entries()) longest = Math.max(longest, time - (times[index - 1] ?? time));
  keep(gaps, expression, longest * 1000);
  return longest * 1000;
}

function slackMs(gapMs: number): number {
  return Math.min(Math.max(gapMs / 4, MIN_SLACK_MS), MAX_SLACK_MS);
}

/** In seconds from midnight, ascending. */
function timesOfDay(expression: string): readonly number[] {
  const { hour, minute, second } = parse(expression);
  const times = hour.flatMap((h) => minute.flatMap((m) => second.map((s) => (h * 60 + m) * 60 + s)));
  return times.sort((a, b) => a - b);
}

/** Days from one that has times to the next, at most; a year where none follows within two. */
function longestDaysApart(expression: string, timeOfDayS: number): number {
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  let longest = 0;
  let previous: number | null = null;
  for (let day = 0; day < SAMPLED_DAYS; day += 1) {
    if (!task.match(new Date(SAMPLE_FROM + (day * DAY_S + timeOfDayS) * 1000))) continue;
    if (previous !== null) longest = Math.max(longest, day - previous);
    previous = day;
  }
  void task.destroy();
  return longest === 0 ? 366 : longest;
}
