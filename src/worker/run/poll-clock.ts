/**
 * The clock of one schedule, for all desks that poll by it: the expression is matched once for all of them.
 *
 * Two timers: one asks at each minute (or second, where the expression names seconds) whether the schedule names it. The
 * other knows no zones and wakes the desks when the schedule was silent for longer than it ever is by its own words,
 * such as for a fixed time that does not exist on a day in spring. In good order it is set back before it is due.
 *
 * Many desks do not look in the same instant: each has a place of its own in the minute that the schedule names (or the
 * second), which it keeps. A single desk looks when the minute begins.
 */
import { createTask, parse } from 'node-cron';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** How far apart desks are that poll by the same schedule, on average, as long as the minute has room for it. */
const APART_MS = 54;
/** Those whose moments lie so close together look at once: to wake the process for each costs more than their looks. */
const TOGETHER_MS = 500;
/** Of a minute or second, so that a look still begins in it. */
const MOST_OF_STEP = 0.9;
/** setTimeout takes no longer one. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ClockOptions {
  readonly expression: string;
  readonly timezone: string;
  /** How long the schedule is silent at most by its own words, and what it may be late by, in milliseconds. */
  readonly gapMs: number;
  readonly slackMs: number;
}

interface Listener {
  readonly due: () => void;
  /** From 0 up to but not including 1. */
  readonly place: number;
  timer: NodeJS.Timeout | null;
}

export class PollClock {
  readonly #options: ClockOptions;
  readonly #task: ReturnType<typeof createTask>;
  readonly #stepMs: number;
  readonly #listeners = new Set<Listener>();
  readonly #silence: SilenceWatch;
  #last: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ClockOptions) {
    const { expression, timezone, gapMs, slackMs } = options;
    this.#options = options;
    this.#task = createTask(expression, () => undefined, { timezone });
    const { second } = parse(expression);
    this.#stepMs = second.length === 1 && second[0] === 0 ? MINUTE_MS : SECOND_MS;
    this.#last = Math.floor(Date.now() / this.#stepMs) * this.#stepMs;
    this.#silence = new SilenceWatch(() => {
      // From now on it keeps the pace itself, until the schedule is heard again.
      this.#silence.setBack(gapMs);
      this.#tell();
    });
    this.#arm();
    this.#silence.setBack(gapMs + slackMs);
  }

  /** Calls `due` whenever the schedule says so, until the answer is called; `place` is from 0 up to but not including 1. */
  listen(due: () => void, place: number): () => void {
    const listener: Listener = { due, place, timer: null };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (listener.timer !== null) clearTimeout(listener.timer);
    };
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#silence.stop();
    void this.#task.destroy();
  }

  #arm(): void {
    const ms = Math.min(Math.max(this.#last + this.#stepMs - Date.now(), 0), this.#stepMs);
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    const { gapMs, slackMs } = this.#options;
    // A timer may be a millisecond early.
    const slot = Math.round(Date.now() / this.#stepMs) * this.#stepMs;
    // Where the machine slept, or the clock was set, times may have been missed.
    const wake =
      slot > this.#last + this.#stepMs || (slot !== this.#last && this.#task.match(new Date(slot)));
    this.#last = slot;
    this.#arm();
    if (!wake) return;
    this.#silence.setBack(gapMs + slackMs);
    this.#tell();
  }

  #tell(): void {
    const spanMs = Math.min(this.#stepMs * MOST_OF_STEP, (this.#listeners.size - 1) * APART_MS);
    for (const listener of this.#listeners) {
      const laterMs = Math.floor((spanMs * listener.place) / TOGETHER_MS) * TOGETHER_MS;
      if (listener.timer !== null) clearTimeout(listener.timer);
      listener.timer = laterMs === 0 ? null : setTimeout(listener.due, laterMs);
      if (laterMs === 0) listener.due();
    }
  }
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
