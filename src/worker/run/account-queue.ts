/**
 * The desks of this process that share an account. One of them at a time is at its turn and the account's lock: who has
 * waited longest, as at a server (`waiting-order.ts`). The others hold nothing meanwhile that this one needs.
 */
import { type Account, accountKey } from '../../config/account.js';
import type { LockHolder } from './lock.js';
import { longestWaiting, type WaitsSince } from './waiting-order.js';

interface Asking {
  /** What it is at, as those behind it are told. */
  readonly command: string;
  /** It knows of work, and does not only want to look. */
  readonly hasWork: () => boolean;
  readonly signal: AbortSignal;
}

interface Waiting extends Asking, WaitsSince {
  readonly serve: () => void;
}

/** To be called once, by who is done. */
type Leave = () => void;

class AccountQueue {
  readonly #waiting = new Set<Waiting>();
  #holder: LockHolder | null = null;

  get holder(): LockHolder | null {
    return this.#holder;
  }

  /** Rejects with the signal's reason. */
  enter(asking: Asking): Promise<Leave> {
    const { command, signal } = asking;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#holder === null) return Promise.resolve(this.#hold(command));
    return new Promise((fulfil, reject) => {
      const stop = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const serve = (): void => {
        signal.removeEventListener('abort', stop);
        fulfil(this.#hold(command));
      };
      const waiting: Waiting = { ...asking, since: performance.now(), serve };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #hold(command: string): Leave {
    const holder = { pid: process.pid, command, since: new Date().toISOString() };
    this.#holder = holder;
    return () => {
      if (this.#holder !== holder) return;
      this.#holder = null;
      const next = longestWaiting(this.#waiting);
      if (next === null) return;
      this.#waiting.delete(next);
      next.serve();
    };
  }
}

const queues = new Map<string, AccountQueue>();

export function queueOf(account: Account): AccountQueue {
  const key = accountKey(account);
  const known = queues.get(key) ?? new AccountQueue();
  queues.set(key, known);
  return known;
}
