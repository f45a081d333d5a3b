/**
 * The poll of `run`: a cron expression, read and matched by node-cron, on timers of our own.
 *
 * node-cron's own timers are not used. In the hour that comes twice when clocks go back, version 4.6.0 fires nothing
 * (measured), in the schedule's zone and in that of the process; in the latter it also sets a timer of 0 ms again and
 * again until the hour is over, since `setMilliseconds` on a Date takes the second hour for the first. Without IDLE
 * nothing else wakes a desk.
 *
 * Two timers: one asks at each minute (or second, where the expression names seconds) whether the schedule names it. The
 * other knows no zones and wakes the desk when the schedule was silent for longer than it ever is by its own words,
 * such as for a fixed time that does not exist on a day in spring. In good order it is set back before it is due.
 */
import { createTask, parse } from 'node-cron';

export interface PollSchedule {
  /** Cron expression. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
}

const DAY_S = 86_400;
const MINUTE_MS = 60_000;
/** Two years hold every date that is polled on at least once a year. */
const SAMPLED_DAYS = 731;
const SAMPLE_FROM = Date.UTC(2025, 0, 1);
/** What a wake may be late by in ordinary times. */
const MIN_SLACK_MS = 1000;
const MAX_SLACK_MS = 60_000;
/** setTimeout takes no longer one. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `due` at every time that the schedule names, and whenever it was silent for too long, until the answer is called. */
export function startPoll(schedule: PollSchedule, due: () => void): () => void {
  const gapMs = longestGapMs(schedule.expression);
  const patientMs = gapMs + slackMs(gapMs);
  const silence = new SilenceWatch(() => {
    // From now on it keeps the pace itself, until the schedule is heard again.
    silence.setBack(gapMs);
    due();
  });
  const stopTicks = startTicks(schedule, () => {
    silence.setBack(patientMs);
    due();
  });
  silence.setBack(patientMs);
  return () => {
    stopTicks();
    silence.stop();
  };
}

/** Asks at each minute or second whether it is one of the schedule's. */
function startTicks({ expression, timezone }: PollSchedule, due: () => void): () => void {
  const task = createTask(expression, () => undefined, { timezone });
  const { second } = parse(expression);
  const stepMs = second.length === 1 && second[0] === 0 ? MINUTE_MS : 1000;
  let last = Math.floor(Date.now() / stepMs) * stepMs;
  let timer: NodeJS.Timeout | null = null;
  const arm = (): void => {
    const ms = Math.min(Math.max(last + stepMs - Date.now(), 0), stepMs);
    timer = setTimeout(tick, ms);
  };
  const tick = (): void => {
    // A timer may be a millisecond early.
    const slot = Math.round(Date.now() / stepMs) * stepMs;
    // Where the machine slept, or the clock was set, times may have been missed.
    const wake = slot > last + stepMs || (slot !== last && task.match(new Date(slot)));
    last = slot;
    arm();
    if (wake) due();
  };
  arm();
  return () => {
    if (timer !== null) clearTimeout(timer);
    void task.destroy();
  };
}

/** When the schedule is due next; null where nobody can say. */
export function nextPoll({ expression, timezone }: PollSchedule): Date | null {
  const task = createTask(expression, () => undefined, { timezone });
  try {
    return task.getNextRuns(1)[0] ?? null;
  } catch {
    return null;
  } finally {
    void task.destroy();
  }
}

/** The longest that a poll in good order is silent, in milliseconds: what the schedule names, and some patience. */
export function longestSilenceMs(expression: string): number {
  const gapMs = longestGapMs(expression);
  return gapMs + slackMs(gapMs);
}

/** The longest distance between two times of the schedule, in milliseconds, in a zone whose clocks are never changed. */
export function longestGapMs(expression: string): number {
  const times = timesOfDay(expression);
  const [first = 0] = times;
  const last = times.at(-1) ?? first;
  let longest = longestDaysApart(expression, first) * DAY_S - (last - first);
  for (const [index, time] of times.entries()) longest = Math.max(longest, time - (times[index - 1] ?? time));
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

/** Calls back once when it has not been set back for as long as it was told. */
class SilenceWatch {
  readonly #silent: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(silent: () => void) {
    this.#silent = silent;
  }

  setBack(ms: number): void {
    this.stop();
    const part = Math.min(ms, MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      if (ms > part) this.setBack(ms - part);
      else this.#silent();
    }, part);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
