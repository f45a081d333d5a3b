/** A mail world with TLS, and around it what `init` asks: a name server, and a web server for autoconfig. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebServer, type WebServer } from '../servers/autoconfig.js';
import { type NameServer, type Records, startNameServer } from '../servers/dns.js';
import {
  dovecotProgram,
  type Ran,
  runDesk,
  type ServedOptions,
  startWorld,
  type TestWorld,
} from './world.js';

const WEB_NAMES = ['autoconfig.example.com', 'example.com', 'autoconfig.host.example', 'elsewhere.example'];

interface Around {
  readonly world?: ServedOptions;
  readonly records?: (world: TestWorld) => Records;
  readonly pages?: (
    world: TestWorld,
  ) => Readonly<Record<string, string | ((response: ServerResponse) => void)>>;
}

export class InitBench {
  readonly world: TestWorld;
  readonly web: WebServer;
  readonly dns: NameServer;
  /** Where desks are made; nothing else is in it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #aside: string;

  private constructor(
    parts: Pick<InitBench, 'world' | 'web' | 'dns' | 'folder' | 'env'> & { aside: string },
  ) {
    this.world = parts.world;
    this.web = parts.web;
    this.dns = parts.dns;
    this.folder = parts.folder;
    this.env = parts.env;
    this.#aside = parts.aside;
  }

  static async start({ world: options = {}, records, pages }: Around = {}): Promise<InitBench> {
    const world = await startWorld({ tls: true, ...options });
    const web = await startWebServer(await dovecotProgram(), WEB_NAMES, pages?.(world) ?? {});
    const a = Object.fromEntries(WEB_NAMES.map((name) => [name, '127.0.0.1']));
    const dns = await startNameServer({ a, ...records?.(world) });
    const [folder, aside] = [await fresh(), await fresh()];
    const trusted = join(aside, 'trusted.pem');
    await writeFile(trusted, `${world.certificate}\n${web.certificate}\n`);
    await writeFile(join(aside, 'password'), world.accounts.support.password, { mode: 0o600 });
    const env = {
      NODE_EXTRA_CA_CERTS: trusted,
      IMAPDESK_TEST_DNS: dns.at,
      XDG_STATE_HOME: join(aside, 'state'),
      IMAPDESK_TEST_HTTPS_PORT: String(web.port),
    };
    return new InitBench({ world, web, dns, folder, env, aside });
  }

  /** `HOST:PORT` of the world's servers, with TLS. */
  get imap(): string {
    return `localhost:${this.world.imap.tlsPort}`;
  }

  get smtp(): string {
    return `localhost:${this.world.smtp.tlsPort}`;
  }

  /** The right answers but for the servers. */
  get answers(): readonly string[] {
    return [
      '--address=support@example.com',
      '--name=Example Support',
      '--staff=steve@example.org',
      '--staff=Ann <ann@example.org>',
      `--password-file=${join(this.#aside, 'password')}`,
    ];
  }

  get servers(): readonly string[] {
    return ['--imap', this.imap, '--smtp', this.smtp];
  }

  /** The path of the desk that is made. */
  get desk(): string {
    return join(this.folder, 'desk');
  }

  async init(
    args: readonly string[],
    more: { stdin?: string; env?: Record<string, string> } = {},
  ): Promise<Ran> {
    const { stdin = '', env = {} } = more;
    return runDesk(['init', this.desk, ...args], { stdin, env: { ...this.env, ...env } });
  }

  async run(...args: readonly string[]): Promise<Ran> {
    return runDesk([...args, '-c', join(this.desk, 'config.json')], { env: this.env });
  }

  /** All that lies where desks are made. */
  async left(): Promise<readonly string[]> {
    return (await readdir(this.folder, { recursive: true })).sort();
  }

  async stop(): Promise<void> {
    await Promise.all([this.world.stop(), this.web.stop(), this.dns.stop()]);
    for (const folder of [this.folder, this.#aside]) await rm(folder, { recursive: true, force: true });
  }
}

function fresh(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'imapdesk-init-'));
}

/** SRV records that name the world's servers for the domain of the desk. */
export function srvOf(world: TestWorld): Records {
  const at = (port: number | null) => [{ priority: 0, weight: 0, port: port ?? 0, target: 'localhost' }];
  return {
    srv: {
      '_imaps._tcp.example.com': at(world.imap.tlsPort),
      '_submissions._tcp.example.com': at(world.smtp.tlsPort),
    },
  };
}

/** What a host would say of the world's servers. */
export function autoconfigOf(world: TestWorld): string {
  const server = (tag: string, type: string, port: number | null): string =>
    `<${tag} type="${type}"><hostname>localhost</hostname><port>${port}</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></${tag}>`;
  return `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.com">${server('incomingServer', 'imap', world.imap.tlsPort)}${server('outgoingServer', 'smtp', world.smtp.tlsPort)}</emailProvider></clientConfig>`;
}
