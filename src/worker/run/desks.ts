/**
 * The desks that a process works, which may change while it runs.
 *
 * - They run side by side until the signal is aborted. One that breaks is started again, and never touches another.
 * - `set` names all that are to be worked from now on. One that is there already, unchanged, is not touched: its
 *   connection, its pass in hand and its counts stay.
 * - One that goes, or has changed, is told to stop, and finishes the message in hand; its successor begins after it, and
 *   no other desk waits for that.
 */
import { MAX_DELAY_MS } from './backoff.js';
import type { LoopLog } from './loop.js';
import { aborted, waitMs } from './timers.js';

/** One desk at work. */
export interface DeskLoop {
  readonly name: string;
  /** Works until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A desk that is to be worked. */
export interface Wanted<T extends DeskLoop> {
  /** Which desk it is; one at a time has it. */
  readonly id: string;
  /** What it depends on: where this differs, it begins anew. */
  readonly version: string;
  readonly open: () => T;
}

export interface DesksOptions {
  readonly signal: AbortSignal;
  readonly log: LoopLog;
  /** Rejects with the signal's reason on abort. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How many desks a `set` has begun, begun anew, ended, and left alone. */
export interface Changed {
  readonly begun: number;
  readonly anew: number;
  readonly ended: number;
  readonly untouched: number;
}

interface AtWork<T> {
  readonly version: string;
  readonly desk: T;
  readonly stop: AbortController;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

export class Desks<T extends DeskLoop> {
  readonly #options: DesksOptions;
  readonly #atWork = new Map<string, AtWork<T>>();
  /** By id, what ends with the last one that was begun: those that were told to stop are among them. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: DesksOptions) {
    this.#options = options;
  }

  /** Those at work now, and none that was told to stop. */
  get all(): readonly T[] {
    return [...this.#atWork.values()].map(({ desk }) => desk);
  }

  /** Takes effect at once; `settled` resolves when those that were told to stop have ended. */
  set(wanted: readonly Wanted<T>[]): { readonly changed: Changed; readonly settled: Promise<void> } {
    const before = new Map(this.#atWork);
    const stopping: Promise<void>[] = [];
    let [anew, untouched] = [0, 0];
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, old] of before) if (!ids.has(id)) stopping.push(this.#stop(id, old));
    for (const one of wanted) {
      const old = before.get(one.id);
      if (old?.version === one.version) {
        untouched += 1;
        continue;
      }
      if (old !== undefined) {
        anew += 1;
        stopping.push(this.#stop(one.id, old));
      }
      this.#begin(one);
    }
    const begun = wanted.length - anew - untouched;
    const changed = { begun, anew, ended: stopping.length - anew, untouched };
    return { changed, settled: Promise.all(stopping).then(() => undefined) };
  }

  /** Resolves when whatever works on it now has ended, also where that was told to stop long ago. */
  async gone(id: string): Promise<void> {
    await this.#running.get(id);
  }

  /** Resolves when the signal was aborted and all have ended. */
  async ended(): Promise<void> {
    await aborted(this.#options.signal);
    await Promise.all(this.#running.values());
  }

  #stop(id: string, { stop, ended }: AtWork<T>): Promise<void> {
    this.#atWork.delete(id);
    stop.abort();
    return ended;
  }

  #begin({ id, version, open }: Wanted<T>): void {
    const before = this.#running.get(id) ?? Promise.resolve();
    const stop = new AbortController();
    const desk = open();
    const either = AbortSignal.any([this.#options.signal, stop.signal]);
    const ended = before.then(() => this.#keepRunning(desk, either));
    this.#running.set(id, ended);
    void ended.finally(() => {
      if (this.#running.get(id) === ended) this.#running.delete(id);
    });
    this.#atWork.set(id, { version, desk, stop, ended });
  }

  /** Never rejects. */
  async #keepRunning(desk: T, signal: AbortSignal): Promise<void> {
    const { log, wait = waitMs } = this.#options;
    while (!signal.aborted) {
      try {
        await desk.run(signal);
      } catch (error) {
        if (signal.aborted && error === signal.reason) return;
        log.error(
          { err: error, desk: desk.name, pauseMs: MAX_DELAY_MS },
          'The desk has stopped and is started again.',
        );
        await wait(MAX_DELAY_MS, signal).catch(() => undefined);
      }
    }
  }
}
