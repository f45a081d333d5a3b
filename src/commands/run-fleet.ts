/** `run --fleet`: of the desks of the configuration, this host works those that it has leases of. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openLeases } from '../fleet/bullmq.js';
import { deskKey } from '../fleet/desk-key.js';
import { mayWorkElsewhere } from '../fleet/elsewhere.js';
import { HostRounds, strainGauge } from '../fleet/host.js';
import { LEASE_MS, type Leases } from '../fleet/leases.js';
import { Member } from '../fleet/member.js';
import type { Fails } from '../fleet/member-options.js';
import { fleetPlace } from '../fleet/place.js';
import { shownAddress } from '../fleet/redis.js';
import type { Desks } from '../worker/run/desks.js';
import type { FleetHealth } from '../worker/watch/health.js';
import type { DeskSet, WantedDesk } from './configured-desks.js';
import type { CommandContext } from './context.js';
import type { DeskAtWork } from './desk-at-work.js';

/** What of the command line is about a fleet. */
export interface FleetOptions {
  /** The address of a Redis; null for that of the configuration, if there is one. */
  readonly fleet: string | null;
  /** How many desks this host takes at most; null as the configuration says. */
  readonly desks: number | null;
}

export class FleetHost implements DeskSet {
  readonly #context: CommandContext;
  readonly #desks: Desks<DeskAtWork>;
  readonly #member: Member;
  readonly #rounds = new HostRounds();
  #wanted: ReadonlyMap<string, WantedDesk> = new Map();
  /** By key, the id of each desk that it has ever known: what has gone from the configuration may be at work still. */
  readonly #ids = new Map<string, string>();
  /** What this host was told last to work on. */
  #keys: ReadonlySet<string> = new Set();
  readonly #leases: Leases;

  /** null where there is no fleet to join. */
  static async open(
    context: CommandContext,
    desks: Desks<DeskAtWork>,
    told: FleetOptions,
  ): Promise<FleetHost | null> {
    const { config, secrets, log } = context;
    const place = await fleetPlace({ config, typed: told.fleet, secrets });
    if (place === null) return null;
    log.info({ redis: shownAddress(place.url), name: place.name }, 'this host joins the fleet');
    return new FleetHost(context, desks, { ...told, place });
  }

  private constructor(
    context: CommandContext,
    desks: Desks<DeskAtWork>,
    {
      place,
      desks: most,
    }: FleetOptions & { readonly place: NonNullable<Awaited<ReturnType<typeof fleetPlace>>> },
  ) {
    this.#context = context;
    this.#desks = desks;
    const { log, config } = context;
    const id = randomUUID();
    this.#leases = openLeases({
      ...place,
      id,
      onFree: () => this.#rounds.hurry(),
      onWake: (desk) => this.#wake(desk),
      onEvicting: (policy) =>
        log.warn(
          { policy },
          `Redis throws leases away when its memory is full (maxmemory-policy ${policy}): set it to noeviction`,
        ),
    });
    const capacity = most ?? config.fleet?.desks ?? null;
    this.#member = new Member({
      leases: this.#leases,
      self: { id, host: hostname(), pid: process.pid, capacity },
      isStrained: strainGauge(),
      failing: (forMs) => this.#failing(forMs),
      work: (keys) => this.#work(keys),
      stopped: (key) => this.#desks.gone(this.#ids.get(key) ?? key),
      clock: { elapsed: () => performance.now(), now: () => Date.now() },
      log,
    });
  }

  /** For the health port. */
  readonly health = (): FleetHealth => {
    const { awayMs, ...state } = this.#member.state;
    return { ...state, awaySeconds: awayMs === null ? null : Math.round(awayMs / 1000) };
  };

  /** A claim in a mailbox stands no longer than a lease: so a host that died does not keep its successor waiting. */
  get context(): CommandContext {
    return inFleet(this.#context);
  }

  /** Those at work on this host. */
  get all(): readonly DeskAtWork[] {
    return this.#desks.all;
  }

  /** The desks of the configuration, at the beginning and whenever it was read again: others may have them. */
  set(wanted: readonly WantedDesk[]): ReturnType<DeskSet['set']> {
    this.#wanted = new Map(wanted.map((one) => [deskKey(one.desk), one] as const));
    for (const [key, { id }] of this.#wanted) this.#ids.set(key, id);
    const changed = this.#desks.set(this.#wantedOf(this.#keys));
    this.#member.know(new Set(this.#wanted.keys()));
    return changed;
  }

  /** Until told to stop; then its desks are given back. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#rounds.run(this.#member, signal);
    await this.#leases.close();
  }

  #work(keys: ReadonlySet<string>): void {
    this.#keys = keys;
    this.#desks.set(this.#wantedOf(keys));
  }

  #failing(forMs: number): ReadonlyMap<string, Fails> {
    const now = Date.now();
    const atWork = new Map(this.#desks.all.map(({ name, vitals }) => [name, vitals] as const));
    return new Map(
      [...this.#keys].flatMap((key) => {
        const { failsSince = null, since, trouble } = atWork.get(this.#ids.get(key) ?? '') ?? {};
        if (failsSince === null || since === undefined) return [];
        if (now - Math.max(failsSince.getTime(), since.getTime()) < forMs) return [];
        const auth = this.#wanted.get(key)?.desk.auth ?? null;
        const mayMove = trouble != null && mayWorkElsewhere(trouble.code, auth);
        return [[key, { since: failsSince.getTime(), mayMove }] as const];
      }),
    );
  }

  /** What has failed elsewhere begins here with that. */
  #wantedOf(keys: ReadonlySet<string>): readonly WantedDesk[] {
    return [...keys].flatMap((key) => {
      const wanted = this.#wanted.get(key);
      if (wanted === undefined) return [];
      const open = (): DeskAtWork => {
        const desk = wanted.open();
        const { since } = this.#leases.failed(key) ?? {};
        if (since !== undefined) desk.vitals.failedElsewhere(new Date(Math.min(since, Date.now())));
        return desk;
      };
      return [{ ...wanted, open }];
    });
  }

  #wake(key: string): void {
    const id = this.#wanted.get(key)?.id;
    for (const desk of this.#desks.all) {
      if (desk.name !== id) continue;
      desk.wake();
      this.#context.log.debug({ desk: id }, 'another host says that there is work');
    }
  }
}

function inFleet(context: CommandContext): CommandContext {
  return {
    ...context,
    session: (desk, wishes) => context.session(desk, { ...wishes, claimMs: LEASE_MS, standsBy: false }),
    reread: async () => inFleet(await context.reread()),
  };
}
