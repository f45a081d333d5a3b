/**
 * Mail worlds side by side, each with accounts of its own: trials are mostly waiting for servers. A trial has an account
 * to itself that holds the mailbox of the scene; where the server is put back as a whole, one account does for all.
 */
import type { Account } from '../../src/demo/inbox.js';
import { PEOPLE, type WorldOptions } from '../../src/demo/world.js';
import { startWorldOf } from '../integration/world.js';
import type { ServedWorld } from '../servers/start.js';
import { SERVERS } from '../servers/table.js';
import { peopleWithTrials, type Scene } from './scene.js';

export interface LaneOptions {
  readonly lanes: number;
  /** So many trials a lane has accounts for. */
  readonly each: number;
}

export class Lane {
  readonly world: ServedWorld<string>;
  readonly #files: string;
  readonly #each: number;
  #used = 0;

  constructor(world: ServedWorld<string>, files: string, each: number) {
    this.world = world;
    this.#files = files;
    this.#each = each;
  }

  get isUsedUp(): boolean {
    return this.world.traits.kept === 'account' && this.#used >= this.#each;
  }

  /** The next account, with the scene in its mailbox. */
  async account(): Promise<Account> {
    const { accounts, traits } = this.world;
    const account = accounts[traits.kept === 'account' ? `trial${this.#used}` : 'support'];
    if (account === undefined) throw new Error('A lane has no more accounts for trials.');
    this.#used += 1;
    await this.world.putBack(account, this.#files);
    return account;
  }
}

export class Lanes {
  readonly #lanes: readonly Lane[];

  private constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
  }

  static async start(scene: Scene, { lanes, each }: LaneOptions, options: WorldOptions = {}): Promise<Lanes> {
    const { kind, files } = scene;
    const people = SERVERS[kind].kept === 'account' ? peopleWithTrials(each) : PEOPLE;
    const worlds = Array.from({ length: lanes }, () => startWorldOf<string>(people, { ...options, kind }));
    return new Lanes((await Promise.all(worlds)).map((world) => new Lane(world, files, each)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map(({ world }) => world.stop()));
  }

  get first(): Lane {
    const [lane] = this.#lanes;
    if (lane === undefined) throw new Error('There is no lane.');
    return lane;
  }

  /** Has each lane take one trial after the other. One whose accounts are used up leaves the rest to the others. */
  async share<T>(trials: readonly T[], run: (lane: Lane, trial: T) => Promise<void>): Promise<void> {
    const left = [...trials];
    const work = async (lane: Lane): Promise<void> => {
      while (left.length > 0 && !lane.isUsedUp) {
        const trial = left.shift();
        if (trial !== undefined) await run(lane, trial);
      }
    };
    await Promise.all(this.#lanes.map(work));
    if (left.length > 0) throw new Error(`There are no accounts for ${left.length} of the trials.`);
  }
}
