/** A mail world with a desk whose IMAP traffic is counted. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImapFlow } from 'imapflow';
import { parseConfig } from '../../src/config/load.js';
import type { MailWorld } from '../../src/demo/world.js';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { deskConfig, type Json, startWorld, withImap } from '../integration/world.js';
import { type Meter, startMeter, type Traffic } from './meter.js';

const NO_LIMIT = { count: 100_000 };
/** One of staff, so one notice for each mail; nothing leaves the outbox, so SMTP has no part in it. */
const MANNERS: Json = {
  staff: ['steve@example.org'],
  mail: 'hold',
  limits: { noticesPerMember: NO_LIMIT, answersPerDomain: NO_LIMIT, answersPerDesk: NO_LIMIT },
};

export class MeteredDesk {
  readonly world: MailWorld;
  readonly meter: Meter;
  /** For the command; it goes with the world. */
  readonly configFile: string;
  /** The same world, with the meter before its IMAP server. */
  readonly #metered: MailWorld;
  readonly #config: string;

  private constructor(world: MailWorld, meter: Meter) {
    this.world = world;
    this.meter = meter;
    this.configFile = join(world.folder, 'config.json');
    this.#metered = { ...world, imap: { ...world.imap, port: meter.port } };
    this.#config = JSON.stringify(deskConfig(this.#metered, MANNERS));
  }

  /** Has begun its work already: what is delivered now is pending. */
  static async start(): Promise<MeteredDesk> {
    const world = await startWorld();
    try {
      const meter = await startMeter(world.imap.port);
      const desk = new MeteredDesk(world, meter);
      await writeFile(desk.configFile, desk.#config, { mode: 0o600 });
      await desk.passes(1);
      return desk;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.meter.close();
    await this.world.stop();
  }

  deliver(raw: Buffer): Promise<void> {
    return this.world.deliver('support', raw, {
      envelope: { from: 'jane@example.com', to: 'support@example.com' },
    });
  }

  /** So many passes of one worker, each with its traffic; that of the first includes the sign-in. */
  async passes(count: number): Promise<readonly { outcome: PassOutcome; traffic: Traffic }[]> {
    const config = parseConfig(this.#config, { path: this.configFile, env: {} });
    const [desk] = config.desks;
    if (desk === undefined) throw new Error('There is no desk.');
    const log = createLog({ level: 'error', format: 'json', terminal: false });
    const session = new DeskSession({
      config,
      desk,
      log,
      command: 'bench',
      adopt: null,
      secrets: new Set(),
    });
    const passes: { outcome: PassOutcome; traffic: Traffic }[] = [];
    try {
      this.meter.take();
      for (let pass = 0; pass < count; pass += 1) {
        const outcome = await session.pass(new AbortController().signal);
        passes.push({ outcome, traffic: this.meter.take() });
      }
    } finally {
      await session.close();
    }
    return passes;
  }

  /** As somebody with a mail client in the desk's account, past the meter. */
  inMailbox<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return withImap(this.world, 'support', work);
  }

  /** The same with what it sends and gets counted. */
  inMailboxMetered<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return withImap(this.#metered, 'support', work);
  }

  async messagesIn(folder: string): Promise<number> {
    const status = await this.inMailbox((client) => client.status(folder, { messages: true }));
    return status === false ? 0 : (status.messages ?? 0);
  }
}

export async function withDesk<T>(work: (desk: MeteredDesk) => Promise<T>): Promise<T> {
  const desk = await MeteredDesk.start();
  try {
    return await work(desk);
  } finally {
    await desk.stop();
  }
}
