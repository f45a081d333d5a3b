/**
 * A fleet of many hosts, simulated: the members and the planner are the real ones, Redis and the time are in memory. It says
 * how long desks are without a host, how evenly they are shared, how often they move, and what Redis is asked.
 */
import { FleetWorld } from '../model/fleet-world.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const SIZES = { whole: { desks: 100_000, hosts: 100 }, quick: { desks: 2_000, hosts: 20 } };
/** Of the hosts, so many die, come, or are slow. */
const PART = 0.1;
const MINUTE_MS = 60_000;
const SLOW = 3;

interface Episode {
  /** The longest time that a desk was worked by nobody. */
  readonly unwatchedS: number;
  /** The most that a host has, beside what each would have if all had the same. */
  readonly balance: number;
  /** Desks that began on a host. */
  readonly begun: number;
  readonly commandsPerSecond: number;
}

class Simulation {
  readonly #world: FleetWorld;
  readonly #names: string[] = [];
  readonly #desks: number;

  constructor(desks: number, hosts: number) {
    this.#desks = desks;
    this.#world = new FleetWorld(desks);
    for (let index = 0; index < hosts; index += 1) this.join(index % 10 === 9 ? SLOW : 1);
  }

  get world(): FleetWorld {
    return this.#world;
  }

  join(slow = 1): void {
    const name = `host${String(this.#names.length).padStart(4, '0')}`;
    this.#names.push(name);
    this.#world.join(name, { slow });
  }

  kill(count: number): void {
    const there = this.#names.filter((name) => this.#world.hosts.has(name));
    for (const name of there.slice(0, count)) this.#world.kill(name);
  }

  async episode(minutes: number, deed: () => void = () => undefined): Promise<Episode> {
    const { redis } = this.#world;
    this.#world.longestUnwatched();
    const [begun, commands] = [this.#begun(), redis.commands];
    deed();
    await this.#world.run(minutes * MINUTE_MS);
    const wrong = this.#world.wrong().length;
    if (wrong > 0) throw new Error(`${wrong} desks are not worked by one host.`);
    const counts = Object.values(this.#world.counts());
    return {
      unwatchedS: this.#world.longestUnwatched() / 1000,
      balance: Math.max(...counts) / (this.#desks / counts.length),
      begun: this.#begun() - begun,
      commandsPerSecond: (redis.commands - commands) / (minutes * 60),
    };
  }

  /** Those that died have begun what they began. */
  #begun(): number {
    return this.#world.allBegun;
  }
}

async function run({ quick }: Setting): Promise<Shown> {
  const { desks, hosts } = quick ? SIZES.quick : SIZES.whole;
  const part = hosts * PART;
  const simulation = new Simulation(desks, hosts);
  const begin = await simulation.episode(2);
  const peace = await simulation.episode(10);
  const death = await simulation.episode(2, () => simulation.kill(part));
  const coming = await simulation.episode(2, () => {
    for (let index = 0; index < part; index += 1) simulation.join();
  });
  const emptied = await simulation.episode(2, () => simulation.world.redis.flush());
  const moved = (desks * part) / hosts;
  const figures: Figure[] = [
    { what: 'desks', value: desks, bound: null },
    { what: 'hosts, one in ten of them three times as slow', value: hosts, bound: null },
    { what: 'all hosts begin: until each desk is worked, s', value: begin.unwatchedS, bound: 60 },
    { what: 'at peace for ten minutes: desks that move', value: peace.begun, bound: 0 },
    { what: 'at peace: commands to Redis a second', value: peace.commandsPerSecond, bound: null },
    { what: 'at peace: leases renewed a second', value: desks / 10, bound: null },
    { what: 'at peace: the most that a host has, by the mean', value: peace.balance, bound: 1.1 },
    { what: 'one in ten dies: longest time without a host, s', value: death.unwatchedS, bound: 60 },
    { what: 'one in ten dies: desks that begin elsewhere', value: death.begun, bound: moved, times: 1.2 },
    { what: 'one in ten dies: the most that a host has, by the mean', value: death.balance, bound: 1.2 },
    { what: 'as many come: longest time without a host, s', value: coming.unwatchedS, bound: 60 },
    { what: 'as many come: desks that move', value: coming.begun, bound: moved, times: 1.2 },
    { what: 'as many come: the most that a host has, by the mean', value: coming.balance, bound: 1.2 },
    { what: 'Redis is emptied: longest time without a host, s', value: emptied.unwatchedS, bound: 60 },
    { what: 'Redis is emptied: desks that move', value: emptied.begun, bound: desks / 10 },
  ];
  return { figures };
}

export const fleetSimulation: Measure = {
  title:
    'fleet-simulation: many hosts share many desks; hosts and planner are real, Redis and time are in memory',
  boundIs: 'a minute, what has to move, or a share that is even',
  run,
};
