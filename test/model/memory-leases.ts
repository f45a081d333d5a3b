/**
 * The leases of a fleet in memory, by a clock that the test sets: what BullMQ and Redis do, as far as `src/fleet/leases.ts`
 * promises it. test/integration/fleet-leases.test.ts holds both to one contract.
 */
import {
  type Failed,
  type Heard,
  type HostState,
  LEASE_MS,
  type Leases,
  type Meeting,
  type Renewed,
} from '../../src/fleet/leases.js';

const CHECK_MS = 5_000;

interface Lock {
  readonly id: string;
  readonly until: number;
}

export class MemoryRedis {
  /** Milliseconds. */
  now = 0;
  /** Commands to Redis, as BullMQ would send them. */
  commands = 0;
  isAway = false;
  readonly cutOff = new Set<string>();
  /** The last one is the next to be taken. */
  #waiting: string[] = [];
  readonly #active = new Set<string>();
  readonly #locks = new Map<string, Lock>();
  readonly #failed = new Map<string, Failed>();
  readonly #hosts = new Map<string, { readonly state: HostState; readonly until: number }>();
  readonly #hearing = new Map<string, Partial<Heard>>();
  #there = new Set<string>();
  #suspects = new Set<string>();
  #checked = 0;

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Desks that wait or are held. */
  get desks(): number {
    return this.#there.size;
  }

  /** Who has the lease; null if nobody does. */
  holder(desk: string): string | null {
    const lock = this.#locks.get(desk);
    return lock === undefined || lock.until <= this.now ? null : lock.id;
  }

  flush(): void {
    this.#waiting = [];
    this.#there = new Set();
    this.#suspects = new Set();
    for (const kept of [this.#active, this.#locks, this.#hosts, this.#failed]) kept.clear();
  }

  /** Sets the clock on. */
  pass(ms: number): void {
    this.now += ms;
    if (this.now - this.#checked < CHECK_MS) return;
    this.#checked = this.now;
    this.commands += 1;
    for (const desk of this.#suspects)
      if (this.#active.has(desk) && this.holder(desk) === null) this.#toWait(desk);
    this.#suspects = new Set(this.#active);
  }

  #toWait(desk: string): void {
    this.#active.delete(desk);
    this.#locks.delete(desk);
    this.#waiting.push(desk);
  }

  open(id: string, heard: Partial<Heard> = {}): Leases {
    this.#hearing.set(id, heard);
    const asked = <T>(commands: number, answer: () => T): Promise<T> => {
      if (this.isAway || this.cutOff.has(id)) return Promise.reject(new Error('Redis is away'));
      this.commands += commands;
      return Promise.resolve(answer());
    };
    return {
      offer: (desks) => asked(desks.length, () => this.#offer(desks)),
      withdraw: (desks) => asked(desks.length, () => this.#withdraw(desks)),
      meet: (state) => asked(1, () => this.#meet(state)),
      take: (count) => asked(Math.min(count, this.#waiting.length + 1), () => this.#take(id, count)),
      renew: (desks) => asked(1, () => this.#renew(id, desks)),
      giveBack: (desks, failed) => asked(desks.length + 1, () => this.#giveBack(id, desks, failed)),
      failed: (desk) => (this.#locks.get(desk)?.id === id ? (this.#failed.get(desk) ?? null) : null),
      mended: (desks) => asked(desks.length, () => this.#mended(id, desks)),
      leave: () => asked(2, () => void this.#hosts.delete(id)),
      close: () => Promise.resolve(void this.#hearing.delete(id)),
    };
  }

  #offer(desks: readonly string[]): void {
    for (const desk of [...desks].reverse()) {
      if (this.#there.has(desk)) continue;
      this.#there.add(desk);
      this.#waiting.push(desk);
    }
  }

  #withdraw(desks: readonly string[]): void {
    for (const desk of desks) {
      this.#there.delete(desk);
      this.#active.delete(desk);
      this.#locks.delete(desk);
    }
  }

  #meet(state: HostState): Meeting {
    this.#hosts.set(state.id, { state, until: this.now + LEASE_MS });
    for (const [id, { until }] of this.#hosts) if (until <= this.now) this.#hosts.delete(id);
    const hosts = [...this.#hosts.values()].map((host) => host.state);
    hosts.sort((one, other) => (one.id < other.id ? -1 : 1));
    return { hosts, waiting: this.#waiting.length, taken: this.#active.size };
  }

  #take(id: string, count: number): readonly string[] {
    const taken = this.#waiting.splice(Math.max(this.#waiting.length - count, 0)).reverse();
    for (const desk of taken) {
      this.#active.add(desk);
      this.#locks.set(desk, { id, until: this.now + LEASE_MS });
    }
    return taken;
  }

  #renew(id: string, desks: readonly string[]): Renewed {
    const lost = desks.filter((desk) => this.holder(desk) !== id);
    const isLost = new Set(lost);
    for (const desk of desks) {
      if (isLost.has(desk)) continue;
      this.#locks.set(desk, { id, until: this.now + LEASE_MS });
      this.#suspects.delete(desk);
    }
    const isFree = (desk: string): boolean => this.holder(desk) === null;
    return { free: lost.filter(isFree), elsewhere: lost.filter((desk) => !isFree(desk)) };
  }

  #mended(id: string, desks: readonly string[]): void {
    for (const desk of desks) if (this.holder(desk) === id) this.#failed.delete(desk);
  }

  #giveBack(id: string, desks: readonly string[], failed?: ReadonlyMap<string, Failed>): void {
    for (const desk of desks) {
      if (this.holder(desk) !== id) continue;
      const told = failed?.get(desk);
      if (told !== undefined) this.#failed.set(desk, told);
      this.#toWait(desk);
    }
    for (const { onFree } of this.#hearing.values()) onFree?.();
  }
}
