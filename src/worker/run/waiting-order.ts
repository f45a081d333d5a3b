/**
 * Those that wait for one thing, each until it gets it or is told to stop. Next is who has waited longest; a desk that knows
 * of work counts as if it had waited half a minute longer, so nobody waits for ever.
 */

/** How much longer a desk that knows of work counts to have waited. */
const WORK_COUNTS_MS = 30_000;

export interface Asking {
  /** Whether it knows of work, and does not only want to look; this may change while it waits. */
  readonly hasWork: () => boolean;
  readonly signal: AbortSignal;
}

interface Waiting<A, T> {
  readonly asking: A;
  /** Milliseconds of a clock that is never set. */
  readonly since: number;
  readonly serve: (thing: T) => void;
}

export class WaitingLine<A extends Asking, T> {
  readonly #waiting = new Set<Waiting<A, T>>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves with what it is served. Rejects with the signal's reason. */
  wait(asking: A, since: number): Promise<T> {
    const { signal } = asking;
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((fulfil, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const serve = (thing: T): void => {
        signal.removeEventListener('abort', leave);
        fulfil(thing);
      };
      const waiting = { asking, since, serve };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** Takes out who is next, to be served at once; null where nobody waits. */
  next(): Pick<Waiting<A, T>, 'asking' | 'serve'> | null {
    let next: Waiting<A, T> | null = null;
    for (const one of this.#waiting) if (next === null || rank(one) < rank(next)) next = one;
    if (next !== null) this.#waiting.delete(next);
    return next;
  }
}

function rank({ asking, since }: Waiting<Asking, never>): number {
  return since - (asking.hasWork() ? WORK_COUNTS_MS : 0);
}
