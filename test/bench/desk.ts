/**
 * A desk whose built command is measured: a mail world with a server that waits for the disk as servers do, an SMTP end
 * that does not dawdle, and a meter before each of them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImapFlow } from 'imapflow';
import { appendToInbox } from '../../src/demo/inbox.js';
import { withTrace } from '../../src/demo/smtp-end.js';
import { deskConfig, type Json, startWorld, type TestWorld, withImap } from '../integration/world.js';
import type { ServerKind } from '../servers/table.js';
import type { Build } from './builds.js';
import { type Meter, startMeter } from './meter.js';
import { type Ran, runWell } from './process.js';
import { sampleLetter } from './sample-letter.js';
import { type SmtpSink, startSmtpSink, type TakenLetter } from './smtp-sink.js';

export const FOLDERS = {
  inbox: 'INBOX',
  open: 'Tickets/Open',
  archived: 'Tickets/Archived',
  outbox: 'Tickets/Outbox',
  register: 'Tickets/Register',
};
export const STAFF = 'steve@example.org';
const ENVELOPE = { from: 'jane@example.com', to: 'support@example.com' };
const NO_LIMIT = { count: 100_000 };
/** One of staff, so one notice for each mail; and no limit, since all of it comes within an hour. */
const MANNERS: Json = {
  staff: [STAFF],
  limits: {
    noticesPerMember: NO_LIMIT,
    answersPerDomain: NO_LIMIT,
    answersPerDesk: NO_LIMIT,
    answersPerSender: NO_LIMIT,
  },
};

export interface DeskOptions {
  readonly kind?: ServerKind;
  /** Overrides or adds keys of the desk; the older build must know them. */
  readonly manners?: Json;
  /** What lies in the mailbox before the desk begins. */
  readonly before?: (world: TestWorld) => Promise<void>;
}

export class MeasuredDesk {
  readonly world: TestWorld;
  readonly build: Build;
  readonly imap: Meter;
  readonly smtp: Meter;
  readonly sink: SmtpSink;
  readonly configFile: string;
  readonly #running = new Set<ChildProcess>();
  #delivered = 0;

  private constructor(parts: Pick<MeasuredDesk, 'world' | 'build' | 'imap' | 'smtp' | 'sink'>) {
    this.world = parts.world;
    this.build = parts.build;
    this.imap = parts.imap;
    this.smtp = parts.smtp;
    this.sink = parts.sink;
    this.configFile = join(parts.world.folder, 'config.json');
  }

  /** Has begun its work already: what is delivered now is pending. */
  static async start(build: Build, options: DeskOptions = {}): Promise<MeasuredDesk> {
    const world = await startWorld({ kind: options.kind ?? 'maildir', fsync: true });
    try {
      await options.before?.(world);
      const sink = await startSmtpSink();
      const [imap, smtp] = [await startMeter(world.imap.port), await startMeter(sink.port)];
      const desk = new MeasuredDesk({ world, build, imap, smtp, sink });
      await desk.configure(options.manners);
      await desk.once();
      return desk;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all([this.imap.close(), this.smtp.close(), this.sink.close()]);
    await this.world.stop();
  }

  async configure(manners: Json = {}): Promise<void> {
    const { accounts, imap, smtp } = this.world;
    const metered = {
      accounts,
      imap: { ...imap, port: this.imap.port },
      smtp: { ...smtp, port: this.smtp.port },
    };
    const config = JSON.stringify(deskConfig(metered, { ...MANNERS, ...manners }));
    await writeFile(this.configFile, config, { mode: 0o600 });
  }

  setDistance(roundTripMs: number): void {
    this.imap.setDistance(roundTripMs);
    this.smtp.setDistance(roundTripMs);
  }

  /** The command's environment: what it keeps on disk goes with the world. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_CACHE_HOME: join(this.world.folder, 'cache'), CACHE_DIRECTORY: undefined };
  }

  once(): Promise<Ran> {
    return runWell([this.build.main, 'once', '-c', this.configFile], this.env);
  }

  /** As a file that appears in the maildir: the server knows nothing of it but its name. */
  deliver(raw: Buffer): Promise<void> {
    return this.world.deliver('support', raw, { envelope: ENVELOPE });
  }

  /** Saved by the server, as what comes by LMTP is: it keeps beside a message what it has asked of others before. */
  async save(raw: Buffer): Promise<void> {
    const { accounts, imap } = this.world;
    const { from, to: recipient } = ENVELOPE;
    const traced = withTrace({ from, recipient, raw, at: new Date() });
    await appendToInbox(imap.port, accounts.support, { raw: traced });
  }

  /** So many new mails, each from somebody else; answers their names. */
  async deliverNew(count: number, { attachedBytes = 0, saved = false } = {}): Promise<readonly string[]> {
    const names: string[] = [];
    for (let index = 0; index < count; index += 1) {
      this.#delivered += 1;
      const name = `new-${this.#delivered}`;
      names.push(name);
      const raw = sampleLetter({ name, attachedBytes });
      await (saved ? this.save(raw) : this.deliver(raw));
    }
    return names;
  }

  /** So many new tickets, with all of their letters sent. */
  async openTickets(count: number): Promise<readonly string[]> {
    if (count === 0) return [];
    const names = await this.deliverNew(count);
    await this.once();
    return names;
  }

  /** The newest letter to somebody. */
  letterTo(address: string): TakenLetter {
    const found = this.sink.taken.findLast(({ to }) => to === address);
    if (found === undefined) throw new Error(`Nothing was sent to ${address}.`);
    return found;
  }

  /** As somebody with a mail client in the desk's account, past the meter. */
  inMailbox<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return withImap(this.world, 'support', work);
  }

  async messagesIn(folder: string): Promise<number> {
    const status = await this.inMailbox((client) => client.status(folder, { messages: true }));
    return status === false ? 0 : (status.messages ?? 0);
  }

  /** What lies in a folder, byte for byte, in order. */
  async contentsOf(folder: string): Promise<readonly Buffer[]> {
    return this.inMailbox(async (client) => {
      const { exists } = await client.mailboxOpen(folder, { readOnly: true });
      if (exists === 0) return [];
      const rows = await client.fetchAll('1:*', { source: true });
      return rows.map(({ source }) => source ?? Buffer.alloc(0));
    });
  }

  /** `run` in a process of its own, which has made its first pass and waits for the server's word. */
  async run(): Promise<RunningDesk> {
    const idle = this.nextIdle();
    const child = spawn(process.execPath, [this.build.main, 'run', '-c', this.configFile], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#running.add(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    const ended = once(child, 'close');
    const early = ended.then(() => {
      throw new Error(`run ended: ${said}`);
    });
    early.catch(() => undefined);
    await Promise.race([idle, early]);
    return {
      cpuMs: () => cpuMsOf(child.pid ?? 0),
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
        this.#running.delete(child);
      },
    };
  }

  /** Settles when the server has agreed to tell the desk of new mail, the next time that it is asked to. */
  nextIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.imap.watch('client', (line) => {
        if (!/^\S+ IDLE\r?\n$/i.test(line)) return false;
        this.imap.watch('server', (answer) => {
          if (answer.startsWith('+')) resolve();
          return answer.startsWith('+');
        });
        return true;
      });
    });
  }
}

export interface RunningDesk {
  /** User and system together so far; null where the system does not tell. */
  cpuMs(): number | null;
  stop(): Promise<void>;
}

const NANOSECONDS = 1_000_000;

/** Linux alone tells it exactly, thread by thread. */
function cpuMsOf(pid: number): number | null {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const spent = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return spent.reduce((sum, one) => sum + one, 0) / NANOSECONDS;
  } catch {
    return null;
  }
}

export async function withMeasured<T>(
  build: Build,
  options: DeskOptions,
  work: (desk: MeasuredDesk) => Promise<T>,
): Promise<T> {
  const desk = await MeasuredDesk.start(build, options);
  try {
    return await work(desk);
  } finally {
    await desk.stop();
  }
}
