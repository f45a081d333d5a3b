/**
 * The loop of `run`, for one desk: a pass, then wait until the server announces mail or the poll is due, then a pass.
 *
 * - Whatever wakes it only wakes it. What there is to do, the pass finds out by looking.
 * - However often it is woken during a pass, one more pass follows.
 * - Passes of a desk never overlap. The connection is waited on only between passes.
 * - A failure that may go away is tried again with growing pauses. One that needs a person (sign-in refused, a folder
 *   missing) marks the desk as unhealthy and is tried at the longest pause: often enough to notice that it was mended,
 *   too seldom to get an account locked. The poll does not shorten these pauses.
 * - On abort the pass is told and then waited for: the message in hand is finished.
 */
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { backoffDelay, MAX_DELAY_MS } from './backoff.js';
import { waitMs } from './timers.js';
import { Wakeup } from './wakeup.js';

export type LoopLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Everything that takes time or chance, so that tests can stand in for it. */
export interface LoopTimers {
  /** Rejects with the signal's reason on abort. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Calls `due` at every time that the schedule names, until the answer is called. */
  readonly poll: (schedule: PollSchedule, due: () => void) => () => void;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

interface PollSchedule {
  /** Cron expression. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
}

export interface LoopOptions {
  /** One pass. After an abort it finishes the message in hand and returns. */
  readonly pass: (signal: AbortSignal) => Promise<unknown>;
  /** Resolves when the server announced something, or after an abort; rejects if the connection is lost. */
  readonly waitForMail: (signal: AbortSignal) => Promise<void>;
  readonly schedule: PollSchedule;
  readonly signal: AbortSignal;
  readonly log: LoopLog;
  /** For others who know of work: wake it, and a pass follows. */
  readonly wakeup?: Wakeup;
  readonly timers?: LoopTimers;
}

const REAL_TIMERS: LoopTimers = { wait: waitMs, poll: pollByCron, random: Math.random };

/** Works until the signal is aborted and the pass in hand has returned. Never rejects for what a pass throws. */
export async function runLoop(options: LoopOptions): Promise<void> {
  const { signal, timers = REAL_TIMERS, wakeup = new Wakeup() } = options;
  const health = new Health(options.log);
  const line = new Line({ ...options, timers, wakeup });
  const stopPoll = timers.poll(options.schedule, () => wakeup.wake());
  try {
    while (!signal.aborted) {
      wakeup.clear();
      const pauseMs = await attempt(options, health, timers.random);
      if (pauseMs !== null) await quietly(timers.wait(pauseMs, signal), signal);
      else if (!wakeup.pending && !signal.aborted) await line.wait();
    }
  } finally {
    stopPoll();
  }
}

/** One pass; null if it went well, else how long to wait before the next. */
async function attempt(
  { pass, signal }: LoopOptions,
  health: Health,
  random: () => number,
): Promise<number | null> {
  try {
    await pass(signal);
    health.succeeded();
    return null;
  } catch (error) {
    // A pass that was told to stop may say so by throwing the signal's reason.
    if (signal.aborted && error === signal.reason) return null;
    return health.failed(error, random);
  }
}

/** Counts failures in a row, and says once what has changed. */
class Health {
  readonly #log: LoopLog;
  #failures = 0;
  #unhealthy: string | null = null;

  constructor(log: LoopLog) {
    this.#log = log;
  }

  succeeded(): void {
    if (this.#failures > 0) this.#log.info({ failures: this.#failures }, 'The desk works again.');
    this.#failures = 0;
    this.#unhealthy = null;
  }

  /** The pause before the next attempt, in milliseconds. */
  failed(error: unknown, random: () => number): number {
    this.#failures += 1;
    // What is not a Problem was not foreseen: it is taken as temporary, and tried again.
    const code = needsPerson(error) ? error.code : null;
    const pauseMs =
      code === null ? backoffDelay(this.#failures, random) : backoffDelay(Number.MAX_SAFE_INTEGER, random);
    const details = { err: error, failures: this.#failures, pauseMs };
    if (code === null) this.#log.warn(details, 'A pass failed and is tried again.');
    else if (code !== this.#unhealthy)
      this.#log.error(details, 'The desk is unhealthy: this needs a person.');
    else this.#log.debug(details, 'The desk is still unhealthy.');
    this.#unhealthy = code;
    return pauseMs;
  }
}

/** Structural, since problems of the configuration are a class of their own. */
function needsPerson(error: unknown): error is { readonly code: string } {
  return error instanceof Error && 'temporary' in error && error.temporary === false && 'code' in error;
}

interface LineOptions extends LoopOptions {
  readonly timers: LoopTimers;
  readonly wakeup: Wakeup;
}

/** The wait between two passes: for the server's word, the poll, or whoever else wakes the desk. */
class Line {
  readonly #options: LineOptions;
  #failures = 0;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  async wait(): Promise<void> {
    const { signal, wakeup } = this.#options;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const announced = this.#listen(either).then(() => wakeup.wake());
    await wakeup.wait(signal);
    stop.abort();
    await announced;
  }

  /** Resolves when it is time for a pass. A connection that is lost again and again does not lead to a pass each time. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { waitForMail, timers, log } = this.#options;
    try {
      await waitForMail(signal);
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) {
        this.#failures = 0;
        return;
      }
      this.#failures += 1;
      const pauseMs = backoffDelay(this.#failures, timers.random);
      log[this.#failures === 1 ? 'info' : 'debug'](
        { err: error, pauseMs },
        'The connection was lost while waiting.',
      );
      await quietly(timers.wait(pauseMs, signal), signal);
    }
  }
}

/** A wait that was cut short by its signal has simply ended. */
async function quietly(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

export interface DeskLoop {
  readonly name: string;
  /** Works until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface DesksOptions {
  readonly signal: AbortSignal;
  readonly log: LoopLog;
  readonly timers?: Pick<LoopTimers, 'wait'>;
}

/** Runs desks side by side until each has stopped. One that breaks is started again and never touches another. */
export async function runDesks(desks: readonly DeskLoop[], options: DesksOptions): Promise<void> {
  await Promise.all(desks.map((desk) => keepRunning(desk, options)));
}

async function keepRunning(
  desk: DeskLoop,
  { signal, log, timers = REAL_TIMERS }: DesksOptions,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await desk.run(signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      log.error(
        { err: error, desk: desk.name, pauseMs: MAX_DELAY_MS },
        'The desk has stopped and is started again.',
      );
      await quietly(timers.wait(MAX_DELAY_MS, signal), signal);
    }
  }
}

function pollByCron({ expression, timezone }: PollSchedule, due: () => void): () => void {
  // Waking takes no time, so runs cannot overlap; one that the machine slept through is made up for by the next.
  const task = schedule(expression, due, { timezone, noOverlap: true, suppressMissedWarning: true });
  return () => {
    void task.destroy();
  };
}
