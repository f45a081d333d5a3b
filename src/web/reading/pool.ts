/**
 * The few connections through which the pages read a desk. Whoever asks waits for one that is free, not too many and not for
 * long. What is given out can read and nothing else, and the mailbox behind it is opened so, too.
 */
import { readingHalf } from '../../mailbox/read-only.js';
import { Problem } from '../../problem/problem.js';
import type { Desk } from '../../worker/workplace/desk.js';

/** A desk's session, as far as the pages need it. */
export interface ReadingSession {
  look<T>(work: (desk: Desk) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly open: () => ReadingSession;
  readonly most: number;
  /** Aborted when the program stops. */
  readonly signal: AbortSignal;
  readonly waitMs?: number;
  readonly workMs?: number;
}

export const MAX_WAITING = 40;
const WAIT_MS = 15_000;
const WORK_MS = 30_000;
/** What a session remembers of messages grows with what is looked at: after so much it begins anew. */
export const LOOKS_OF_A_SESSION = 500;
/** A connection that nobody needs for so long is given up. */
const IDLE_MS = 5 * 60_000;

interface Place {
  readonly session: ReadingSession;
  looks: number;
  idle: NodeJS.Timeout | null;
}

export class ReaderPool {
  readonly #options: PoolOptions;
  readonly #free: Place[] = [];
  readonly #waiting: ((place: Place) => void)[] = [];
  #open = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Throws `web-busy` where all connections are taken for long, and what the server refuses. */
  async read<T>(work: (desk: Desk) => Promise<T>): Promise<T> {
    const place = await this.#take();
    const { workMs = WORK_MS, signal } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), workMs);
    try {
      const look = place.session.look(
        (desk) => work(readingDesk(desk)),
        AbortSignal.any([signal, late.signal]),
      );
      const done = await endingBy(look, late.signal);
      this.#give(place);
      return done;
    } catch (error) {
      // What is on the connection is not known any more.
      this.#drop(place);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((place) => this.#end(place)));
  }

  async #take(): Promise<Place> {
    const free = this.#free.pop();
    if (free !== undefined) {
      if (free.idle !== null) clearTimeout(free.idle);
      free.idle = null;
      return free;
    }
    if (this.#open < this.#options.most) {
      this.#open += 1;
      return this.#fresh();
    }
    if (this.#waiting.length >= MAX_WAITING) throw busy();
    return this.#wait();
  }

  #fresh(): Place {
    return { session: this.#options.open(), looks: 0, idle: null };
  }

  #wait(): Promise<Place> {
    return new Promise((fulfil, reject) => {
      const give = (place: Place): void => {
        clearTimeout(late);
        fulfil(place);
      };
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        reject(busy());
      }, this.#options.waitMs ?? WAIT_MS);
      this.#waiting.push(give);
    });
  }

  #give(place: Place): void {
    place.looks += 1;
    if (place.looks >= LOOKS_OF_A_SESSION || this.#options.signal.aborted) {
      this.#drop(place);
      return;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(place);
      return;
    }
    place.idle = setTimeout(() => {
      this.#free.splice(this.#free.indexOf(place), 1);
      void this.#end(place);
    }, IDLE_MS).unref();
    this.#free.push(place);
  }

  /** Its place is for whoever waits. */
  #drop(place: Place): void {
    void place.session.close();
    const next = this.#waiting.shift();
    if (next === undefined) this.#open -= 1;
    else next(this.#fresh());
  }

  async #end({ session, idle }: Place): Promise<void> {
    if (idle !== null) clearTimeout(idle);
    this.#open -= 1;
    await session.close();
  }
}

function busy(): Problem {
  return new Problem('web-busy', 'all connections of the pages are taken', { temporary: true });
}

/** The server may take longer than anybody waits for a page. */
function endingBy<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((fulfil, reject) => {
    const stop = (): void =>
      reject(new Problem('web-late', 'the IMAP server took too long for a page', { temporary: true }));
    signal.addEventListener('abort', stop, { once: true });
    work.then(fulfil, reject);
  });
}

/** Nothing of what a worker has besides, such as what sends mail. */
function readingDesk(desk: Desk): Desk {
  const { policy, folders, store, sent, hold, adopt, now, log, cache, claim, signal } = desk;
  return { policy, folders, store: readingHalf(store), sent, hold, adopt, now, log, cache, claim, signal };
}
