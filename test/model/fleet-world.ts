/** A fleet in memory: hosts with their members, desks, and a clock that is set on second by second. */
import type { Leases } from '../../src/fleet/leases.js';
import { Member } from '../../src/fleet/member.js';
import type { Fails } from '../../src/fleet/member-options.js';
import { MemoryRedis } from './memory-leases.js';

const STEP_MS = 1_000;
const ROUND_MS = 5_000;

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface HostOptions {
  readonly capacity?: number;
  /** How far its clock is ahead. */
  readonly skewMs?: number;
  /** How much longer its rounds take. */
  readonly slow?: number;
  /** The desks of its configuration; all if left out. */
  readonly knows?: ReadonlySet<string>;
}

/** A desk that was told to stop, and has not. */
interface SlowStop {
  readonly desk: string;
  readonly at: number;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

function slowStop(desk: string, at: number): SlowStop {
  let end = (): void => undefined;
  const ended = new Promise<void>((fulfil) => {
    end = fulfil;
  });
  return { desk, at, ended, end };
}

export class FleetHost {
  readonly id: string;
  readonly member: Member;
  readonly works = new Set<string>();
  readonly #world: FleetWorld;
  readonly #leases: Leases;
  #nextMs: number;
  readonly #everyMs: number;
  #stillUntil = 0;
  /** How long a desk takes to stop; all others stop at once. */
  readonly stopMs = new Map<string, number>();
  #stopping: SlowStop[] = [];
  /** Desks whose passes fail here. */
  readonly fails = new Set<string>();
  /** The same, as they would on any host. */
  readonly failsAnywhere = new Set<string>();
  readonly #workedSince = new Map<string, number>();
  /** How far its clock was set forward since it began. */
  setForwardMs = 0;
  /** Desks that it began to work on. */
  begun = 0;

  constructor(
    world: FleetWorld,
    id: string,
    { capacity, skewMs = 0, slow = 1, knows = world.desks }: HostOptions,
  ) {
    this.id = id;
    this.#world = world;
    this.#everyMs = ROUND_MS * slow;
    this.#nextMs = world.redis.now + world.chance() * STEP_MS;
    this.#leases = world.redis.open(id, { onFree: () => void (this.#nextMs = world.redis.now) });
    this.member = new Member({
      leases: this.#leases,
      self: { id, host: id, pid: 1, capacity: capacity ?? null },
      work: (desks) => this.#work(desks),
      failing: (forMs) => this.#failing(forMs),
      stopped: (desk) => this.#stopped(desk),
      clock: {
        elapsed: () => world.redis.now,
        now: () => world.redis.now + skewMs + this.setForwardMs,
      },
      log: quiet,
    });
    this.member.know(knows);
  }

  get isStill(): boolean {
    return this.#stillUntil > this.#world.redis.now;
  }

  /** Stopped by a signal, or suspended. What it works on is watched by nobody meanwhile. */
  standStill(ms: number): void {
    if (this.#stillUntil > 0) return;
    this.#stillUntil = this.#world.redis.now + ms;
    for (const desk of this.works) this.#world.unwatched(desk);
  }

  async step(): Promise<void> {
    if (this.isStill) return;
    const { now } = this.#world.redis;
    for (const { at, end } of this.#stopping) if (at <= now) end();
    this.#stopping = this.#stopping.filter(({ at }) => at > now);
    if (this.#stillUntil > 0) {
      this.#stillUntil = 0;
      for (const desk of this.works) this.#world.watched(desk);
    }
    if (this.member.beat()) this.#nextMs = now;
    if (this.#nextMs > this.#world.redis.now) return;
    this.#nextMs = this.#world.redis.now + this.#everyMs;
    await this.member.round();
  }

  die(): void {
    if (this.#stillUntil === 0) for (const desk of this.works) this.#world.unwatched(desk);
    this.works.clear();
  }

  /** Told to stop before its member knows of it, as `run` does it after a reload. */
  reload(desks: ReadonlySet<string>): void {
    this.#work(new Set([...this.works].filter((desk) => desks.has(desk))));
    this.member.know(desks);
  }

  /** Whether this host may be at work on it still. */
  isStopping(desk: string): boolean {
    return this.#stopping.some((one) => one.desk === desk);
  }

  #failing(forMs: number): ReadonlyMap<string, Fails> {
    const { now } = this.#world.redis;
    return new Map(
      [...this.works].flatMap((desk) => {
        const here = this.#workedSince.get(desk) ?? now;
        const isFailing = this.fails.has(desk) || this.failsAnywhere.has(desk);
        if (!isFailing || now - here < forMs) return [];
        const since = this.#leases.failed(desk)?.since ?? here;
        return [[desk, { since, mayMove: !this.failsAnywhere.has(desk) }] as const];
      }),
    );
  }

  /** As its worker here would tell it. */
  failsSince(desk: string): number | null {
    return this.#failing(0).get(desk)?.since ?? null;
  }

  #stopped(desk: string): Promise<void> {
    return Promise.all(this.#stopping.filter((one) => one.desk === desk).map(({ ended }) => ended)).then(
      () => undefined,
    );
  }

  #work(desks: ReadonlySet<string>): void {
    for (const desk of this.works) {
      if (desks.has(desk)) continue;
      this.works.delete(desk);
      this.#world.unwatched(desk);
      const ms = this.stopMs.get(desk);
      if (ms !== undefined) this.#stopping.push(slowStop(desk, this.#world.redis.now + ms));
    }
    for (const desk of desks) {
      if (this.works.has(desk)) continue;
      this.works.add(desk);
      this.#workedSince.set(desk, this.#world.redis.now);
      this.begun += 1;
      this.#world.allBegun += 1;
      this.#world.watched(desk);
    }
  }
}

export class FleetWorld {
  readonly redis = new MemoryRedis();
  readonly hosts = new Map<string, FleetHost>();
  readonly desks: ReadonlySet<string>;
  readonly #watchers = new Map<string, number>();
  readonly #unwatchedSince = new Map<string, number>();
  #longestMs = 0;
  #seed: number;

  constructor(desks: number, seed = 1) {
    this.desks = new Set(Array.from({ length: desks }, (_, index) => `desk-${index}`));
    this.#seed = seed;
    for (const desk of this.desks) this.#unwatchedSince.set(desk, 0);
  }

  /** From 0 up to but not including 1, the same each time. */
  chance(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  join(id: string, options: HostOptions = {}): FleetHost {
    const host = new FleetHost(this, id, options);
    this.hosts.set(id, host);
    return host;
  }

  /** At once, without a word. */
  kill(id: string): void {
    this.hosts.get(id)?.die();
    this.hosts.delete(id);
  }

  /** Told to stop; it is given so long, and then ended. */
  async leave(id: string, withinMs = 0): Promise<void> {
    const host = this.hosts.get(id);
    this.hosts.delete(id);
    const left = host?.member.leave();
    if (withinMs === 0) await left;
    else await this.run(withinMs);
    host?.die();
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.redis.pass(STEP_MS);
      for (const host of this.hosts.values()) await host.step();
    }
  }

  /** How many work on this desk. */
  watchers(desk: string): number {
    return this.#watchers.get(desk) ?? 0;
  }

  watched(desk: string): void {
    this.#watchers.set(desk, this.watchers(desk) + 1);
    const since = this.#unwatchedSince.get(desk);
    if (since === undefined) return;
    this.#unwatchedSince.delete(desk);
    this.#longestMs = Math.max(this.#longestMs, this.redis.now - since);
  }

  unwatched(desk: string): void {
    this.#watchers.set(desk, this.watchers(desk) - 1);
    if (this.watchers(desk) === 0) this.#unwatchedSince.set(desk, this.redis.now);
  }

  /** The longest time that a desk was worked by nobody since this was asked last, in milliseconds. */
  longestUnwatched(): number {
    const still = [...this.#unwatchedSince.values()].map((since) => this.redis.now - since);
    const longest = still.reduce((most, ms) => Math.max(most, ms), this.#longestMs);
    this.#longestMs = 0;
    return longest;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.hosts].map(([id, { works }]) => [id, works.size]));
  }

  /** Desks that not exactly one host works on. */
  wrong(): readonly string[] {
    return [...this.desks].filter((desk) => this.watchers(desk) !== 1);
  }

  /** The same of all hosts that there ever were. */
  allBegun = 0;

  get begun(): number {
    return [...this.hosts.values()].reduce((sum, { begun }) => sum + begun, 0);
  }
}

/** After its first minute. */
export async function fleetOf(desks: number, hosts: readonly string[]): Promise<FleetWorld> {
  const world = new FleetWorld(desks);
  for (const id of hosts) world.join(id);
  await world.run(60_000);
  world.longestUnwatched();
  return world;
}
