/**
 * What the integration tests share: a mail world with the Dovecot that `scripts/dovecot` finds or unpacks, a desk's
 * configuration for it, the built command, and a look into mailboxes from outside.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ImapFlow } from 'imapflow';
import { type MailWorld, PEOPLE, type Person, type WorldOptions } from '../../src/demo/world.js';
import { DEFAULT_SERVER, type ServedWorld, startServedWorld } from '../servers/start.js';
import type { ServerKind } from '../servers/table.js';

export { main, type Ran, runDesk, runProcess } from './command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServedOptions extends WorldOptions {
  /**
   * The IMAP server. If left out: Dovecot, where something is wanted that only it has an option for; or else what
   * `IMAPDESK_SERVER` names, as `scripts/test --deep` does to run everything on each; or else Dovecot with maildir.
   */
  readonly kind?: ServerKind;
}

/** What `startWorld` gives. */
export type TestWorld = ServedWorld<keyof typeof PEOPLE>;

const DOVECOT_OPTIONS = ['format', 'layout', 'prefix', 'hiddenCapabilities', 'tls', 'further'] as const;

/** A started world of two requesters, staff and a desk; call `stop` when done with it. */
export async function startWorld(options: ServedOptions = {}): Promise<TestWorld> {
  return startWorldOf(PEOPLE, options);
}

/** The same with people of one's own choice; `deskConfig` needs one who is called `support`. */
export async function startWorldOf<N extends string>(
  people: Readonly<Record<N, Person>>,
  { kind, ...options }: ServedOptions = {},
): Promise<ServedWorld<N>> {
  const onlyDovecot = DOVECOT_OPTIONS.some((name) => options[name] !== undefined);
  return startServedWorld(kind ?? (onlyDovecot ? 'maildir' : DEFAULT_SERVER), people, {
    ...options,
    dovecot: await dovecotProgram(),
  });
}

/** The path of the Dovecot to use; gets one if need be. */
export async function dovecotProgram(): Promise<string> {
  const given = process.env['IMAPDESK_DOVECOT'];
  if (given !== undefined) return given;
  const { stdout } = await promisify(execFile)(join(root, 'scripts/dovecot'));
  return stdout.trim();
}

/** A configuration as JSON would hold it. */
export type Json = Record<string, unknown>;

/** The configuration of one desk in this world, whose log tests can parse; `desk` overrides or adds keys of the desk. */
export function deskConfig(
  world: Pick<MailWorld<'support'>, 'accounts' | 'imap' | 'smtp'>,
  desk: Json = {},
): Json {
  const { support } = world.accounts;
  const signIn = { security: 'none', user: support.user, password: support.password };
  return {
    secret: 'a secret that is only for tests, 32 characters',
    log: { format: 'json' },
    desks: [
      {
        name: support.name,
        address: support.address,
        staff: ['steve@example.org', { name: 'Ann', addresses: ['ann@example.org'] }],
        imap: { host: world.imap.host, port: world.imap.port, ...signIn },
        smtp: { host: world.smtp.host, port: world.smtp.port, ...signIn },
        ...desk,
      },
    ],
  };
}

export interface ConfigFile {
  readonly path: string;
  /** A folder of the test's own, removed by `remove`. */
  readonly folder: string;
  remove(): Promise<void>;
}

export async function writeConfig(config: Json): Promise<ConfigFile> {
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return { path, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs `work` with a signed-in client of an account, then signs out. */
export async function withImap<N extends string, T>(
  world: MailWorld<N>,
  name: N,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const { user, password } = world.accounts[name];
  const { host, port } = world.imap;
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
    // Proxies may have to read along.
    disableCompression: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout().catch(() => client.close());
  }
}

export interface FoundMessage {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
  readonly raw: Buffer;
  /** As text, for looking at. */
  readonly text: string;
  readonly messageId: string;
  readonly subject: string;
}

/** All messages of a folder, with `/` in its name; none if there is no such folder. Marks nothing as read. */
export async function readFolder<N extends string>(
  world: MailWorld<N>,
  name: N,
  folder: string,
): Promise<readonly FoundMessage[]> {
  return withImap(world, name, async (client) => {
    const folders = await client.list();
    const there = folderOn(client, folder);
    if (!folders.some(({ path }) => path === there)) return [];
    const { exists } = await client.mailboxOpen(there, { readOnly: true });
    if (exists === 0) return [];
    const rows = await client.fetchAll(
      '1:*',
      { uid: true, flags: true, source: true, envelope: true },
      { uid: true },
    );
    return rows.map(({ uid, flags, source, envelope }) => ({
      uid,
      flags: flags ?? new Set<string>(),
      raw: source ?? Buffer.alloc(0),
      text: (source ?? Buffer.alloc(0)).toString('utf8'),
      messageId: envelope?.messageId ?? '',
      subject: envelope?.subject ?? '',
    }));
  });
}

/** The name that the server has for a folder whose name we write with `/`. */
export function folderOn(client: ImapFlow, folder: string): string {
  const { prefix, delimiter } = client.namespace || { prefix: '', delimiter: null };
  if (folder === 'INBOX' || (prefix !== '' && folder.startsWith(prefix))) return folder;
  return `${prefix}${folder.replaceAll('/', delimiter ?? '/')}`;
}

/** The name that we write for a folder of the server's. */
export function folderFrom(client: ImapFlow, path: string): string {
  const { prefix = '', delimiter } = client.namespace || { delimiter: '/' };
  const name = prefix !== '' && path.startsWith(prefix) ? path.slice(prefix.length) : path;
  return name.replaceAll(delimiter ?? '/', '/');
}

/** Asks again and again until the answer is not null; fails after `timeoutMs` with what was awaited. */
export async function until<T>(what: string, ask: () => Promise<T | null>, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
