/** Starts the private Dovecot of a mail world, in a folder of its own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
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
import { type Guarded, spawnGuarded } from './guard.js';
import { type Account, type Inboxes, makeInboxes } from './inbox.js';

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
}

const START_TIMEOUT_MS = 20_000;
const START_POLL_MS = 15;
const START_TRIES = 3;

export interface Server {
  readonly settings: DovecotSettings;
  readonly guarded: Guarded;
  readonly inboxes: Inboxes;
  readonly certificate: Certificate | null;
  log(): string;
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
  return { settings, guarded, inboxes, certificate, log };
}

interface Chosen {
  readonly folder: string;
  readonly dovecot: Dovecot;
  readonly certificate: Certificate | null;
  readonly options: ServerOptions;
}

async function chooseSettings({ folder, dovecot, certificate, options }: Chosen): Promise<DovecotSettings> {
  const asRoot = process.getuid?.() === 0;
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
    user: userInfo().username,
    group: group.trim(),
    owner: asRoot ? await unprivilegedUser() : null,
  };
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number; user: string }> {
  const fields = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = fields.find(([user]) => user === 'nobody') ?? fields.find(([, , uid]) => Number(uid) > 0);
  if (found === undefined) throw new Error('There is no unprivileged user whose the mail could be.');
  return { user: found[0] ?? '', uid: Number(found[2]), gid: Number(found[3]) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

/** Settles when the server greets; fails if it ends, or says nothing for too long. */
async function greeted(port: number, server: Guarded): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const gone = server.ended.then(() => 'gone');
  while (!(await greets(port))) {
    if (Date.now() > deadline) throw new Error('It does not answer.');
    const pause = new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
    if ((await Promise.race([gone, pause])) === 'gone') throw new Error('It ended.');
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (good: boolean): void => {
      resolve(good);
      socket.destroy();
    };
    socket.setTimeout(START_TIMEOUT_MS, () => answer(false));
    socket.once('data', (chunk) => answer(chunk.toString('latin1').startsWith('* OK')));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
