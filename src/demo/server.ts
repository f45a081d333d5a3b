/** Starts the private Dovecot of a mail world, in a folder of its own. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Certificate, makeCertificate } from './certificate.js';
import { type Dovecot, prepareDovecot } from './dovecot.js';
import {
  type DovecotSettings,
  dovecotConfig,
  type MailFormat,
  type MailLayout,
  passwordFile,
} from './dovecot-config.js';
import { spawnGuarded } from './guard.js';
import { type Account, type Inboxes, makeInboxes } from './inbox.js';
import { freePort, greeted } from './listening.js';
import { ownerBesideRoot } from './owner.js';

export interface ServerOptions {
  readonly format?: MailFormat;
  /** `fs` has `/` between folders, `maildir++` has `.`. */
  readonly layout?: MailLayout;
  /** Of the personal namespace, such as `INBOX.`. */
  readonly prefix?: string;
  /** Such as MOVE, UIDPLUS or IDLE: no longer announced, though still there. */
  readonly hiddenCapabilities?: readonly string[];
  /** Also offer TLS, where openssl is to be had. */
  readonly tls?: boolean;
  /** Further lines of its configuration. */
  readonly further?: readonly string[];
  /** Waits for the disk as Dovecot does by itself. If left out, it never does: nothing here lives long. */
  readonly fsync?: boolean;
}

const START_TRIES = 3;

/** A started IMAP server, whichever it is. */
export interface Server {
  readonly port: number;
  readonly tlsPort: number | null;
  /** For example 2.3 or 2.4. */
  readonly version: string;
  /** Where its files are; removed when it stops. */
  readonly folder: string;
  readonly inboxes: Inboxes;
  readonly certificate: Certificate | null;
  /** All that it has said. */
  log(): string;
  /** Ends it; settles when no process, port or file is left. */
  stop(): Promise<void>;
}

interface Wanted {
  readonly program: string;
  readonly options: ServerOptions;
  readonly accounts: readonly Account[];
}

/** Throws with what Dovecot said if it does not start. */
export async function startServer(
  program: string,
  options: ServerOptions,
  accounts: readonly Account[],
): Promise<Server> {
  // Somebody else may take the port that we found free before Dovecot does: then another is tried.
  for (let tries = 1; ; tries += 1) {
    const folder = await mkdtemp('/tmp/desk');
    try {
      return await startServerIn(folder, { program, options, accounts });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (tries === START_TRIES || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startServerIn(folder: string, { program, options, accounts }: Wanted): Promise<Server> {
  await chmod(folder, 0o711);
  for (const name of ['run', 'lib']) await mkdir(join(folder, name));
  const dovecot = await prepareDovecot(program, folder);
  const certificate = options.tls === true ? await makeCertificate(folder, dovecot) : null;
  const settings = await chooseSettings({ folder, dovecot, certificate, options });
  const configFile = join(folder, 'dovecot.conf');
  await writeFile(configFile, dovecotConfig(settings));
  const lines = accounts.map(({ user, password }) => `${user}:{PLAIN}${password}::::::\n`);
  await writeFile(passwordFile(folder), lines.join(''), { mode: 0o600 });
  const { port, format, owner } = settings;
  const inboxes = await makeInboxes({ folder, port, format, owner, accounts });
  let logged = '';
  const guarded = spawnGuarded(dovecot.command(configFile), {
    env: dovecot.env,
    cwd: folder,
    folder,
    onOutput: (text) => {
      logged += text;
    },
  });
  const log = (): string => logged;
  try {
    await greeted(port, guarded);
  } catch (error) {
    await guarded.stop();
    throw new Error(`Dovecot did not start: ${logged.trim() || 'it said nothing.'}`, { cause: error });
  }
  return {
    version: settings.version,
    port,
    tlsPort: settings.tls?.port ?? null,
    folder,
    inboxes,
    certificate,
    log,
    stop: () => guarded.stop(),
  };
}

interface Chosen {
  readonly folder: string;
  readonly dovecot: Dovecot;
  readonly certificate: Certificate | null;
  readonly options: ServerOptions;
}

async function chooseSettings({ folder, dovecot, certificate, options }: Chosen): Promise<DovecotSettings> {
  const { stdout: group } = await promisify(execFile)('id', ['-gn']);
  return {
    version: dovecot.version,
    folder,
    root: dovecot.root,
    port: await freePort(),
    tls: certificate === null ? null : { ...certificate, port: await freePort() },
    format: options.format ?? 'maildir',
    layout: options.layout ?? 'fs',
    prefix: options.prefix ?? '',
    hiddenCapabilities: options.hiddenCapabilities ?? [],
    further: options.further ?? [],
    fsync: options.fsync ?? false,
    user: userInfo().username,
    group: group.trim(),
    owner: await ownerBesideRoot(),
  };
}
