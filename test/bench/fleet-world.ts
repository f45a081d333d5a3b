/**
 * Many desks in one process: a Dovecot with an account for each, over TLS, a configuration that names all of them, and
 * `run` as one process whose memory, CPU and connections are taken from outside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '../../src/demo/inbox.js';
import { freePort } from '../../src/demo/listening.js';
import { type MailWorld, type Person, startMailWorld } from '../../src/demo/world.js';
import { dovecotProgram } from '../integration/world.js';
import { requester, sampleLetter } from './sample-letter.js';
import { type SmtpSink, startSmtpSink, type TakenLetter } from './smtp-sink.js';

const KB = 1024;
const NANOSECONDS = 1_000_000;
const ESTABLISHED = '01';
const LOOK_MS = 250;
const STAFF = 'steve@example.org';
/** An account that no desk has. */
const SPARE = 'spare';

/** A server for so many connections at once, and a process for each of them that starts soon. */
const FURTHER = [
  'service auth {',
  '  client_limit = 8000',
  '}',
  'service anvil {',
  '  client_limit = 8000',
  '}',
  // A process for many connections: of one alone there would be as many inotify instances, and Linux allows 128 a user.
  'service imap {',
  '  service_count = 0',
  '  client_limit = 100',
  '}',
  'service imap-login {',
  '  client_limit = 6000',
  '}',
];

interface FleetOptions {
  readonly desks: number;
}

/** What a process has taken so far, and has now. */
export interface Spent {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

export class FleetWorld {
  readonly #world: MailWorld<string>;
  readonly sink: SmtpSink;
  readonly desks: readonly string[];
  readonly #health: number;
  #child: ChildProcess | null = null;
  #delivered = 0;
  #toDesks = 0;

  private constructor(
    world: MailWorld<string>,
    { sink, health }: { readonly sink: SmtpSink; readonly health: number },
  ) {
    this.#world = world;
    this.sink = sink;
    this.desks = Object.keys(world.accounts).filter((name) => name !== SPARE);
    this.#health = health;
  }

  static async start(options: FleetOptions): Promise<FleetWorld> {
    const names = Array.from({ length: options.desks }, (_, at) => `desk${String(at).padStart(4, '0')}`);
    const people: Record<string, Person> = Object.fromEntries(
      [...names, SPARE].map((name) => [name, { name, address: `${name}@example.com` }]),
    );
    const world = await startMailWorld(people, {
      dovecot: await dovecotProgram(),
      tls: true,
      further: FURTHER,
    });
    const fleet = new FleetWorld(world, { sink: await startSmtpSink(), health: await freePort() });
    await fleet.configure();
    return fleet;
  }

  get configFile(): string {
    return join(this.#world.folder, 'config.json');
  }

  get port(): number {
    return this.#world.imap.tlsPort ?? this.#world.imap.port;
  }

  async configure(): Promise<void> {
    const { certificate, folder } = this.#world;
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, certificate ?? '');
    const { port } = this;
    const desks = this.desks
      .map((desk) => this.account(desk))
      .map(({ name, address, user, password }) => ({
        name,
        address,
        staff: [STAFF],
        imap: { host: '127.0.0.1', port, security: 'tls', user, password, tls: { ca } },
        smtp: { host: '127.0.0.1', port: this.sink.port, security: 'none' },
      }));
    const config = {
      secret: 'a secret that is only for the bench, 32 characters',
      log: { format: 'json' },
      health: { port: this.#health },
      desks,
    };
    await writeFile(this.configFile, JSON.stringify(config), { mode: 0o600 });
  }

  /** Starts `run`. */
  run(main: string): void {
    const child = spawn(process.execPath, [main, 'run', '-c', this.configFile], {
      env: { ...process.env, XDG_CACHE_HOME: join(this.#world.folder, 'cache'), CACHE_DIRECTORY: undefined },
      stdio: 'ignore',
    });
    this.#child = child;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async endRun(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.sink.close();
    await this.#world.stop();
  }

  /** The metrics of one name, summed over all desks, and how many desks told one. */
  async metrics(): Promise<string> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#health}/metrics`);
      return await answer.text();
    } catch {
      return '';
    }
  }

  /** When every desk has had a good pass, in milliseconds from now. */
  async untilAllPassed(limitMs: number): Promise<{ readonly ms: number; readonly passed: number }> {
    const begun = performance.now();
    for (;;) {
      const passed = linesOf(await this.metrics(), 'imapdesk_passes_total').filter(
        (value) => value > 0,
      ).length;
      const ms = performance.now() - begun;
      if (passed === this.desks.length || ms > limitMs) return { ms, passed };
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async commands(): Promise<number> {
    return linesOf(await this.metrics(), 'imapdesk_imap_commands_total').reduce(
      (sum, value) => sum + value,
      0,
    );
  }

  spent(): Spent {
    const { pid } = this;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = (name: string): number =>
      Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]) * KB;
    const tasks = readdirSync(`/proc/${pid}/task`);
    const spent = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return {
      cpuMs: spent.reduce((sum, one) => sum + one, 0) / NANOSECONDS,
      residentBytes: kb('VmRSS'),
      peakBytes: kb('VmHWM'),
    };
  }

  /** Connections to the IMAP server, by what the kernel lists. */
  connections(): number {
    const hex = `:${this.port.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .filter((line) => {
        const [, , remote = '', state] = line.trim().split(/\s+/);
        return remote.endsWith(hex) && state === ESTABLISHED;
      }).length;
  }

  async deliver(desk: string): Promise<string> {
    this.#delivered += 1;
    if (desk !== SPARE) this.#toDesks += 1;
    const name = `new-${this.#delivered}`;
    const envelope = { from: requester(name), to: `${desk}@example.com` };
    await this.#world.deliver(desk, sampleLetter({ name }), { envelope });
    return name;
  }

  get spare(): Account {
    return this.account(SPARE);
  }

  async letterTo(address: string): Promise<TakenLetter> {
    for (let count = this.sink.taken.length; ; count += 1) {
      const found = this.sink.taken.find(({ to }) => to === address);
      if (found !== undefined) return found;
      await this.sink.until(count + 1);
    }
  }

  /** All mails to desks have been acknowledged, and told to staff. */
  allAcknowledged(): Promise<void> {
    return this.sink.until(2 * this.#toDesks);
  }

  account(desk: string): Account {
    const account = this.#world.accounts[desk];
    if (account === undefined) throw new Error(`There is no ${desk}.`);
    return account;
  }
}

function linesOf(text: string, name: string): readonly number[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}
