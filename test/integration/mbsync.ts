/** A mailbox kept as Maildirs on one's own machine by a real mbsync, and moved about there as files. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MailWorld } from '../../src/demo/world.js';

const run = promisify(execFile);
const RUN_TIMEOUT_MS = 60_000;

export interface SyncedMail {
  /** Brings both sides to the same, as `mbsync -a` does; or only one folder of them. */
  sync(folder?: string): Promise<void>;
  /** The messages of a folder, as files. */
  messages(folder: string): Promise<readonly LocalMessage[]>;
  /** Moves a message as mutt and its like do: the file gets a new name, without the UID that mbsync puts there. */
  move(message: LocalMessage, folder: string): Promise<void>;
}

export interface LocalMessage {
  readonly path: string;
  readonly text: string;
}

export async function syncMailbox(
  world: MailWorld,
  options: { readonly program: string; readonly folders: readonly string[] },
): Promise<SyncedMail> {
  const home = await mkdtemp(join(world.folder, 'mbsync-'));
  const config = join(home, 'mbsyncrc');
  await mkdir(join(home, 'mail'));
  await writeFile(config, settings(world, home, options.folders), { mode: 0o600 });
  let moves = 0;
  return {
    async sync(folder) {
      await run(options.program, ['-q', '-c', config, folder === undefined ? '-a' : `desk:${folder}`], {
        env: { PATH: process.env['PATH'], HOME: home },
        timeout: RUN_TIMEOUT_MS,
      });
    },
    async messages(folder) {
      const paths: string[] = [];
      for (const part of ['cur', 'new']) {
        const dir = join(home, 'mail', folder, part);
        paths.push(...(await readdir(dir)).map((name) => join(dir, name)));
      }
      return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'latin1') })));
    },
    async move({ path }, folder) {
      moves += 1;
      const flags = /:2,[A-Z]*$/.exec(path)?.[0] ?? ':2,';
      await rename(path, join(home, 'mail', folder, 'cur', `moved.${moves}.localhost${flags}`));
    },
  };
}

function settings(world: MailWorld, home: string, folders: readonly string[]): string {
  const { user, password } = world.accounts.support;
  return [
    'IMAPAccount desk',
    `Host ${world.imap.host}`,
    `Port ${world.imap.port}`,
    `User ${user}`,
    `Pass ${password}`,
    'SSLType None',
    'AuthMechs LOGIN',
    '',
    'IMAPStore far',
    'Account desk',
    '',
    'MaildirStore near',
    `Path ${home}/mail/`,
    `Inbox ${home}/mail/INBOX`,
    'SubFolders Verbatim',
    '',
    'Channel desk',
    'Far :far:',
    'Near :near:',
    `Patterns ${folders.map((folder) => `"${folder}"`).join(' ')}`,
    'Create Near',
    'Expunge Both',
    'SyncState *',
    '',
  ].join('\n');
}
