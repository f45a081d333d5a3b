/**
 * The desks of this process that share an account. One of them at a time is at its turn and the account's lock: who has
 * waited longest, as at a server (`waiting-order.ts`). The others hold nothing meanwhile that this one needs.
 */
import { type Account, accountKey } from '../../config/account.js';
import type { LockHolder } from './lock.js';
import { type Asking, WaitingLine } from './waiting-order.js';

interface AsksForAccount extends Asking {
  /** What it is at, as those behind it are told. */
  readonly command: string;
}

/** To be called once, by who is done. */
type Leave = () => void;

class AccountQueue {
  readonly #waiting = new WaitingLine<AsksForAccount, Leave>();
  #holder: LockHolder | null = null;

  get holder(): LockHolder | null {
    return this.#holder;
  }

  /** Rejects with the signal's reason. */
  async enter(asking: AsksForAccount): Promise<Leave> {
    asking.signal.throwIfAborted();
    return this.#holder === null ? this.#hold(asking.command) : this.#waiting.wait(asking, performance.now());
  }

  #hold(command: string): Leave {
    const holder = { pid: process.pid, command, since: new Date().toISOString() };
    this.#holder = holder;
    return () => {
      if (this.#holder !== holder) return;
      this.#holder = null;
      const next = this.#waiting.next();
      next?.serve(this.#hold(next.asking.command));
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
