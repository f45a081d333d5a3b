/**
 * A bar at the bottom of a terminal, while long work is under way: written anew in its place, and gone when the work ends.
 *
 * - Whatever else is written to the terminal goes through `around`: it stands where the bar was, and the bar below it.
 * - The cursor waits at the beginning of the bar. So an order to erase what follows takes all of it away, also where a
 *   terminal that became narrower has wrapped it.
 * - Short work has none: it begins once there is much to do, or once it has taken a second.
 * - A slow terminal gets little: no more than four bars a second, and the longer one took to write, the fewer.
 */
import { barLine } from './bar-line.js';

export interface BarStep {
  /** What is done, such as `filing`. */
  readonly work: string;
  readonly done: number;
  readonly total: number;
}

export interface BarOptions {
  /** Writes to the terminal, and returns when it is written. */
  readonly write: (text: string) => void;
  /** How many cells a line has now. */
  readonly columns: () => number;
  readonly unicode: boolean;
  /** Several desks may be at work. */
  readonly several: boolean;
  /** Called before the first one is drawn. */
  readonly onFirst?: () => void;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

const MUCH = 50;
const LONG_MS = 1000;
const BETWEEN_MS = 250;
/** Of the time, a bar may take one part in so many. */
const SHARE = 20;

/** ECMA-48: ED, erase what follows the cursor. */
const ERASE = '\u001b[J';

interface Work {
  readonly about: string;
  step: BarStep;
  /** When it began, and with how many done. */
  readonly beganMs: number;
  readonly first: number;
  /** While other work of the desk was done, this one stood still. */
  readonly idleMs: number;
}

interface Kept extends Pick<Work, 'beganMs' | 'first' | 'idleMs'> {
  readonly leftMs: number;
}

export class Bar {
  readonly #options: BarOptions;
  readonly #clock: () => number;
  readonly #works = new Map<string, Work>();
  /** Work that another one has interrupted, by desk and work. */
  readonly #interrupted = new Map<string, Kept>();
  #shown = '';
  #isFirst = true;
  #mayDrawAt = Number.NEGATIVE_INFINITY;

  constructor(options: BarOptions) {
    this.#options = options;
    this.#clock = options.clock ?? ((): number => performance.now());
  }

  /** How far the work of a desk has come; null when it has ended. */
  step(about: string, step: BarStep | null): void {
    const before = this.#works.get(about);
    if (step === null) {
      this.#works.delete(about);
      for (const key of this.#interrupted.keys())
        if (key.startsWith(`${about}\n`)) this.#interrupted.delete(key);
      if (before !== undefined) this.#draw(true);
      return;
    }
    if (before?.step.work === step.work) before.step = step;
    else this.#works.set(about, this.#begin(about, step, before));
    this.#draw(false);
  }

  /** Writes something else to the terminal. */
  around(write: () => void): void {
    this.#erase();
    write();
    this.#draw(true);
  }

  /** The terminal has got another size. */
  resized(): void {
    this.#erase();
    this.#draw(true);
  }

  /** Takes it away, for good. */
  end(): void {
    this.#works.clear();
    this.#erase();
  }

  /** A pass files, sends, and files again: each goes on with its own time. */
  #begin(about: string, step: BarStep, before: Work | undefined): Work {
    const now = this.#clock();
    if (before !== undefined) {
      const { beganMs, first, idleMs } = before;
      this.#interrupted.set(keyOf(about, before.step), { beganMs, first, idleMs, leftMs: now });
    }
    const kept = this.#interrupted.get(keyOf(about, step));
    // Fewer than before are done of something new.
    if (kept === undefined || step.done < kept.first)
      return { about, step, beganMs: now, first: step.done, idleMs: 0 };
    return { about, step, ...kept, idleMs: kept.idleMs + now - kept.leftMs };
  }

  #draw(isDue: boolean): void {
    const now = this.#clock();
    if (!isDue && now < this.#mayDrawAt) return;
    const line = this.#line(now);
    if (line === this.#shown) return;
    const { write } = this.#options;
    if (line === '') {
      this.#erase();
      return;
    }
    if (this.#isFirst) this.#options.onFirst?.();
    this.#isFirst = false;
    write(`${this.#shown === '' ? '' : ERASE}${line}\r`);
    this.#shown = line;
    const after = this.#clock();
    this.#mayDrawAt = after + Math.max(BETWEEN_MS, (after - now) * SHARE);
  }

  #line(now: number): string {
    const { columns, unicode, several } = this.#options;
    const work = [...this.#works.values()].find((one) => isLong(one, now));
    if (work === undefined) return '';
    const { step, about, beganMs, first, idleMs } = work;
    const measured = { count: step.done - first, ms: now - beganMs - idleMs };
    // In the last cell of a line some terminals go on to the next one.
    return barLine({ ...step, about: several ? about : null, measured }, columns() - 1, unicode);
  }

  #erase(): void {
    if (this.#shown === '') return;
    this.#options.write(ERASE);
    this.#shown = '';
  }
}

function isLong({ step, beganMs, idleMs }: Work, now: number): boolean {
  if (step.done >= step.total) return false;
  return step.total >= MUCH || now - beganMs - idleMs >= LONG_MS;
}

function keyOf(about: string, { work }: BarStep): string {
  return `${about}\n${work}`;
}
