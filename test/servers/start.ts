/** Which servers a test runs on, and a mail world on each of them. */
import { execFile } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from '../../src/demo/inbox.js';
import type { Server } from '../../src/demo/server.js';
import { type MailWorld, type Person, startMailWorld, type WorldOptions } from '../../src/demo/world.js';
import { findTool } from '../integration/tools.js';
import { courier } from './courier.js';
import { CYRUS_FILES, cyrus } from './cyrus.js';
import { imap4d } from './imap4d.js';
import { SERVERS, type ServerKind, type ServerTraits } from './table.js';
import { type RestartableServer, startUnpacked, type Unpacked } from './unpacked.js';

const run = promisify(execFile);

/** `scripts/test --deep` sets it: then what is a sample otherwise is whole, and runs on every server. */
export const DEEP = process.env['DEEP'] === '1';

/** Where a test does not say which server it wants. */
export const DEFAULT_SERVER: ServerKind = serverKind(process.env['IMAPDESK_SERVER'] ?? 'maildir');

function serverKind(name: string): ServerKind {
  const found = (Object.keys(SERVERS) as ServerKind[]).find((kind) => kind === name);
  if (found === undefined)
    throw new Error(`IMAPDESK_SERVER: ${name} is not one of ${Object.keys(SERVERS).join(', ')}.`);
  return found;
}

const UNPACKED: Readonly<Partial<Record<ServerKind, Unpacked>>> = { cyrus, courier, imap4d };

export interface Chosen extends ServerTraits {
  readonly kind: ServerKind;
  /** Why tests on it are left out; empty if they are not. */
  readonly missing: string;
}

/**
 * The servers that something runs on: these, or with DEEP all. `IMAPDESK_SERVERS`, such as `cyrus,courier`, leaves only
 * those that it names. Says why where one of them is not to be had.
 */
export async function chosenServers(
  usually: readonly ServerKind[],
  all: readonly ServerKind[] = usually,
): Promise<readonly Chosen[]> {
  const named = process.env['IMAPDESK_SERVERS']?.split(',');
  const kinds = (DEEP || named !== undefined ? all : usually).filter((kind) => named?.includes(kind) ?? true);
  return Promise.all(
    kinds.map(async (kind) => {
      const { missing } = await findServer(kind);
      if (missing !== '') console.log(`The tests on ${SERVERS[kind].name} are left out: ${missing}`);
      return { ...SERVERS[kind], kind, missing };
    }),
  );
}

async function findServer(kind: ServerKind): Promise<{ readonly program: string; readonly missing: string }> {
  const { script } = SERVERS[kind];
  if (script === null) return { program: '', missing: '' };
  const { program, reason } = await findTool(script);
  if (program === null) return { program: '', missing: reason };
  // Cyrus does not run as root, and who it runs as then must be let in to it.
  const closed = kind === 'cyrus' && process.getuid?.() === 0 ? await closedFolder(program) : null;
  return {
    program,
    missing: closed === null ? '' : `Cyrus does not run as root, and ${closed} lets nobody else in.`,
  };
}

/** The first folder on the way down to it that lets in nobody but its owner; null if there is none. */
export async function closedFolder(path: string): Promise<string | null> {
  const folder = dirname(path);
  if (folder === path) return null;
  const { mode } = await stat(folder);
  return (mode & 0o001) === 0 ? folder : closedFolder(folder);
}

/** A mail world on a server of that kind, whose mailboxes can be kept and put back. */
export interface ServedWorld<N extends string> extends MailWorld<N> {
  readonly traits: ServerTraits;
  /** Copies an account's mailbox to a folder that is not there yet. Nobody may be connected. */
  keep(account: Account, to: string): Promise<void>;
  /**
   * Gives an account that has nothing yet the mailbox that was kept there. Where `traits.kept` is `server`, everything
   * else in the server goes, and the account must be the one whose mailbox it was.
   */
  putBack(account: Account, from: string): Promise<void>;
}

/** Throws with what the server said if it does not start. */
export async function startServedWorld<N extends string>(
  kind: ServerKind,
  people: Readonly<Record<N, Person>>,
  options: WorldOptions,
): Promise<ServedWorld<N>> {
  const traits = SERVERS[kind];
  const unpacked = UNPACKED[kind];
  if (unpacked === undefined) {
    const world = await startMailWorld(people, {
      ...options,
      format: options.format ?? traits.format ?? 'maildir',
    });
    return { ...world, traits, ...accountFiles(world) };
  }
  const { program, missing } = await findServer(kind);
  if (missing !== '') throw new Error(missing);
  const started: RestartableServer[] = [];
  const server = async (accounts: readonly Account[]): Promise<Server> => {
    const made = await startUnpacked(unpacked, program, accounts);
    started.push(made);
    return made;
  };
  const world = await startMailWorld(people, { ...options, server });
  const [restartable] = started;
  if (restartable === undefined) throw new Error('No server was started.');
  return {
    ...world,
    traits,
    ...(traits.kept === 'account' ? accountFiles(world) : serverFiles(restartable)),
  };
}

type Keeping = Pick<ServedWorld<never>, 'keep' | 'putBack'>;

/** An account's mail is a folder of its own, which may be changed while nobody is connected. */
function accountFiles({ folder }: Pick<Server, 'folder'>): Keeping {
  const files = (account: Account): string => join(folder, 'mail', account.user, 'mail');
  return {
    keep: (account, to) => copy(files(account), to),
    putBack: (account, from) => replace(from, files(account)),
  };
}

/** Mail and lists of mailboxes belong together, so the server is put back as a whole. */
function serverFiles(server: RestartableServer): Keeping {
  const { folder } = server;
  return {
    async keep(_, to) {
      await mkdir(to);
      for (const name of CYRUS_FILES) await copy(join(folder, name), join(to, name));
    },
    putBack: (_, from) =>
      server.renew(async () => {
        for (const name of CYRUS_FILES) await replace(join(from, name), join(folder, name));
      }),
  };
}

async function replace(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await copy(from, to);
}

/** With owners and times. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}
