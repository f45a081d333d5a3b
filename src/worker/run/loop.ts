/**
 * The loop of `run`, for one desk: a pass, then wait until the server announces mail or the poll is due, then a pass.
 *
 * - Whatever wakes it only wakes it. What there is to do, the pass finds out by looking.
 * - However often it is woken during a pass, one more pass follows.
 * - Passes of a desk never overlap. The connection is waited on only between passes.
 * - A failure that may go away is tried again with growing pauses. One that needs a person marks the desk as unhealthy:
 *   a refused sign-in is tried less and less often, so that no account is locked; anything else (a folder missing) is
 *   looked at again within a minute. The poll does not shorten these pauses; whoever may have mended something does.
 * - On abort the pass is told and then waited for: the message in hand is finished.
 */
import type { Logger } from 'pino';
import { Problem } from '../../problem/problem.js';
import { backoffDelay } from './backoff.js';
import { Failures } from './failures.js';
import { type PollSchedule, startPoll } from './poll.js';
import { following, waitMs } from './timers.js';
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
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

/** Told of what the loop does, by itself and at once: it must not throw. */
export interface LoopWitness {
  passBegins(): void;
  passFails(error: unknown, pauseMs: number): void;
  /** A pass went well, or was told to stop. */
  passEnds(): void;
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
  readonly witness?: LoopWitness;
}

const REAL_TIMERS: LoopTimers = { wait: waitMs, poll: startPoll, random: Math.random };

/** Works until the signal is aborted and the pass in hand has returned. Never rejects for what a pass throws. */
export async function runLoop(options: LoopOptions): Promise<void> {
  const { signal, timers = REAL_TIMERS, wakeup = new Wakeup() } = options;
  const failures = new Failures(options.log, timers.clock);
  const waiting = { ...options, timers, wakeup };
  const line = new Line(waiting);
  const stopPoll = timers.poll(options.schedule, () => wakeup.wake());
  try {
    while (!signal.aborted) {
      wakeup.clear();
      const pauseMs = await attempt(options, failures, timers.random);
      if (pauseMs !== null) await pause(pauseMs, waiting);
      else if (!wakeup.pending && !signal.aborted) await line.wait();
    }
  } finally {
    stopPoll();
  }
}

/** One pass; null if it went well, else how long to wait before the next. */
async function attempt(
  { pass, signal, witness }: LoopOptions,
  failures: Failures,
  random: () => number,
): Promise<number | null> {
  witness?.passBegins();
  try {
    await pass(signal);
    failures.end();
  } catch (error) {
    if (!isStop(error, signal)) {
      const pauseMs = failures.add(error, random);
      witness?.passFails(error, pauseMs);
      return pauseMs;
    }
  }
  witness?.passEnds();
  return null;
}

/** A pass that was told to stop may say so by throwing the signal's reason, or that it gave up to connect. */
function isStop(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Problem && error.code === 'imap-stopped'));
}

/** The wait after a failure. Whoever may have mended something ends it. */
async function pause(ms: number, { timers, wakeup, signal }: LineOptions): Promise<void> {
  const either = AbortSignal.any([signal, wakeup.hurried]);
  if (!either.aborted) await quietly(timers.wait(ms, either), either);
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
    const stop = following(signal);
    const announced = this.#listen(stop.signal).then(() => wakeup.wake());
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
      // If the next pass finds no server either, that is told; a connection that was only renewed is no news.
      log.debug({ err: error, pauseMs }, 'The connection was lost while waiting.');
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
