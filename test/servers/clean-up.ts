/** What a server's owner runs so that nothing stays of messages that were removed: see docs/erasing.md, where it stands as run here. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findTool } from '../integration/tools.js';
import { dovecotProgram } from '../integration/world.js';
import type { ServedWorld } from './start.js';

const run = promisify(execFile);

/** By folder names as Dovecot has them, with `USER` and `FOLDER…` for what differs. */
export const CLEAN_UPS = {
  mdbox: ['doveadm purge -u USER', 'doveadm mailbox cache purge -u USER FOLDER…'],
  maildir: ['doveadm mailbox cache purge -u USER FOLDER…'],
  sdbox: ['doveadm mailbox cache purge -u USER FOLDER…'],
  cyrus: ['cyr_expire -E 1 -X 0'],
  courier: [],
} as const;

export async function cleanUp(
  world: Pick<ServedWorld<never>, 'folder'>,
  { kind, user, folders }: { kind: keyof typeof CLEAN_UPS; user: string; folders: readonly string[] },
): Promise<void> {
  for (const line of CLEAN_UPS[kind]) {
    const words = line
      .split(' ')
      .flatMap((word) => (word === 'FOLDER…' ? folders : word === 'USER' ? user : word));
    if (words[0] === 'doveadm') await doveadm(world.folder, words.slice(1));
    else await cyrusTool(world.folder, words);
  }
}

/** Throws with what it said where it fails. */
export async function doveadm(folder: string, args: readonly string[]): Promise<string> {
  const { command, env } = await doveadmOf(folder);
  const [program = '', ...first] = command;
  return (await run(program, [...first, ...args], { env: { ...process.env, ...env }, cwd: folder })).stdout;
}

/** The command that dsync starts at the other end, as it would by ssh on the other host. */
export async function dsyncServer(folder: string, user: string): Promise<readonly string[]> {
  const { command, env } = await doveadmOf(folder);
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', ...set, ...command, 'dsync-server', '-u', user];
}

async function doveadmOf(
  folder: string,
): Promise<{ readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }> {
  const config = join(folder, 'dovecot.conf');
  const root = join(folder, 'root');
  if (!existsSync(root)) {
    const programs = join(dirname(await dovecotProgram()), '../bin');
    return { command: [join(programs, 'doveadm'), '-c', config], env: {} };
  }
  const programs = join(root, 'usr/bin');
  const own = [join(folder, 'lib'), join(root, 'usr/lib/dovecot'), ...(await libraries(root))];
  return {
    // It looks for the program that reads its configuration where that was built to be: so that one is begun with.
    command: [
      join(programs, 'doveconf'),
      '-f',
      'service=doveadm',
      '-c',
      config,
      '-e',
      join(programs, 'doveadm'),
    ],
    env: { LD_LIBRARY_PATH: own.join(':') },
  };
}

async function cyrusTool(folder: string, [name = '', ...args]: readonly string[]): Promise<void> {
  const master = (await findTool('cyrus')).program ?? '';
  const root = join(dirname(master), '../../../..');
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [join(root, 'usr/lib'), ...(await libraries(root))].join(':'),
  };
  await run(join(dirname(master), name), ['-C', join(folder, 'imapd.conf'), ...args], { env, cwd: folder });
}

async function libraries(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = existsSync(join(root, parent)) ? await readdir(join(root, parent)) : [];
    found.push(...names.filter((name) => name.includes('-linux-')).map((name) => join(root, parent, name)));
  }
  return found;
}
