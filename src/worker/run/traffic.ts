/** What a desk's session has done on its connections, and what it waits for: for those who watch it from outside. */
import { ByteCount } from './byte-count.js';
import type { LockHolder } from './lock.js';

export interface StoodBehind extends LockHolder {
  readonly host: string;
}

export class Traffic {
  /** By server. Those of a refused sign-in are among them. */
  readonly bytes = { imap: new ByteCount(), smtp: new ByteCount() } as const;
  /** Of connections before this one. */
  readonly #earlier = new Map<string, number>();
  #earlierTotal = 0;
  /** Counted on by the connection. */
  #current: ReadonlyMap<string, number> = new Map();
  #isFirst = true;
  /** The last connection was given up for others. */
  #hasMadeRoom = false;
  #reconnects = 0;
  #waitsForTurn = false;
  #lockSince: Date | null = null;
  /** The worker of another `run` on this desk, behind which this one stands by. */
  standsBehind: StoodBehind | null = null;
  /** Until when another had the desk for certain, the last look at the line or the taking over; null after a good pass of its own. */
  stoodByUntil: Date | null = null;
  #waiting: { readonly by: LockHolder | null } | null = null;

  /** A new connection, with its counts of commands by verb, which go on. */
  opened(commands: ReadonlyMap<string, number>): void {
    this.#earlierTotal = this.total;
    for (const [verb, count] of this.#current)
      this.#earlier.set(verb, (this.#earlier.get(verb) ?? 0) + count);
    this.#current = commands;
    if (!this.#isFirst && !this.#hasMadeRoom) this.#reconnects += 1;
    this.#isFirst = false;
    this.#hasMadeRoom = false;
  }

  /** The connection is given up because other desks want one. */
  makesRoom(): void {
    this.#hasMadeRoom = true;
  }

  waitsForLock(by: LockHolder | null): void {
    this.#waiting = { by };
  }

  /** Whether it waits until it may have a connection. */
  waitsForTurn(isWaiting: boolean): void {
    this.#waitsForTurn = isWaiting;
  }

  get isWaitingForTurn(): boolean {
    return this.#waitsForTurn;
  }

  hasLock(): void {
    this.#waiting = null;
    this.#lockSince = new Date();
  }

  /** When the session last got the lock. */
  get lockSince(): Date | null {
    return this.#lockSince;
  }

  /** Another worker on this account has the lock; `by` is null if it does not say who it is. */
  get waiting(): { readonly by: LockHolder | null } | null {
    return this.#waiting;
  }

  /** Connections to the mailbox after the first one, but for those after one that was given up for others. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** IMAP commands by verb, such as "UID FETCH". */
  commands(): ReadonlyMap<string, number> {
    const all = new Map(this.#earlier);
    for (const [verb, count] of this.#current) all.set(verb, (all.get(verb) ?? 0) + count);
    return all;
  }

  /** All of them: while it grows, the session is alive. It is asked for every few seconds, of every desk. */
  get total(): number {
    let sum = this.#earlierTotal;
    for (const count of this.#current.values()) sum += count;
    return sum;
  }
}
