/** A host of `run`: its worker on a desk as `run` has it, with a line to the mail server that can be cut and held up. */
import { parseConfig } from '../../src/config/load.js';
import { DeskWorker } from '../../src/worker/run/desk-worker.js';
import type { Hosts } from '../../src/worker/run/hosts.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { deskConfig, type Json, type TestWorld } from './world.js';

export const PACE = { lookMs: 250, leaseMs: 3000 } as const;

/** One that dies amid a pass leaves its claim. */
const CLAIM_MS = 10_000;

interface Made {
  readonly world: TestWorld;
  readonly place: string;
  readonly desk: Json;
  /** With other desks, which may want its connection. */
  readonly hosts: Hosts | undefined;
}

export class StandingHost {
  readonly lines: Record<string, unknown>[] = [];
  readonly worker: DeskWorker;
  readonly proxy: ImapProxy;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  private constructor(proxy: ImapProxy, made: Made) {
    const { world, place } = made;
    this.proxy = proxy;
    // Another port is another account for the lock: so the hosts meet in the mailbox only.
    const imap = { ...world.imap, port: proxy.port };
    const written = deskConfig({ ...world, imap }, { poll: '* * * * * *', ...made.desk });
    const config = parseConfig(JSON.stringify(written), { path: '/config.json', env: {} });
    const [desk] = config.desks;
    if (desk === undefined) throw new Error('no desk');
    const secrets = new Set<string>();
    const write = (line: string): void => void this.lines.push(JSON.parse(line) as Json);
    const log = createLog({
      level: 'info',
      format: 'json',
      terminal: false,
      secrets,
      destination: { write },
    });
    const about = { config, desk, log, command: 'run', adopt: null, secrets, cacheFolder: null };
    const session = new DeskSession({ ...about, place, hosts: made.hosts, standby: PACE, leaseMs: CLAIM_MS });
    this.worker = new DeskWorker({ desk, session, log });
    this.#ended = this.worker.run(this.#stop.signal);
  }

  static async start(
    world: TestWorld,
    place: string,
    { hosts, ...desk }: Json & { hosts?: Hosts } = {},
  ): Promise<StandingHost> {
    return new StandingHost(await startProxy(world.imap.port), { world, place, desk, hosts });
  }

  get doing(): string {
    return this.worker.vitals.state().doing;
  }

  get passes(): number {
    return this.worker.vitals.counts.passes;
  }

  /** How often the log was told a line that begins so. */
  told(words: string): number {
    return this.lines.filter(({ msg }) => String(msg).startsWith(words)).length;
  }

  /** An orderly stop. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await this.proxy.close();
  }

  /** As a host that loses its power: not one byte leaves it any more. */
  async die(): Promise<void> {
    await this.proxy.close();
    this.#stop.abort();
    await this.#ended;
  }
}
