/**
 * Finding and starting a private Dovecot: one that the system has, or one unpacked from packages into a folder.
 *
 * An unpacked one looks for its parts where they would have been installed. Its settings and LD_LIBRARY_PATH can say
 * otherwise for everything but two: the program that reads the configuration (run here ourselves, in dovecot's
 * stead) and the folder of libdovecot's own modules. That one is written into a copy of the library, in place.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where a Dovecot is, and how to start things of it from within `workFolder`. */
export interface Dovecot {
  /** For example 2.3 or 2.4. */
  readonly version: string;
  /** Set only where it is unpacked: the folder that stands for `/`. */
  readonly root: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** The command that runs the server in the foreground with this configuration file. */
  command(configFile: string): readonly string[];
}

const SBIN = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
const UNPACKED = '/usr/sbin/dovecot';
const MODULES = '/usr/lib/dovecot/modules';
/** The folder's path takes the place of "/usr/lib/dovecot" in the library, and may not be longer. */
const MODULES_PARENT_LENGTH = dirname(MODULES).length;

/**
 * The Dovecot to use: `IMAPDESK_DOVECOT` (what `scripts/dovecot` prints), or else the one that is installed; null if
 * there is none.
 */
export function findDovecot(env: NodeJS.ProcessEnv): string | null {
  if (env['IMAPDESK_DOVECOT'] !== undefined) return env['IMAPDESK_DOVECOT'];
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...SBIN];
  return folders.map((folder) => join(folder, 'dovecot')).find((file) => existsSync(file)) ?? null;
}

/**
 * Makes `program` ready to be started from within `workFolder`, an absolute path of at most 15 characters.
 * Throws if the program does not run.
 */
export async function prepareDovecot(program: string, workFolder: string): Promise<Dovecot> {
  const root = await unpackedRoot(program);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  if (root !== null) {
    await symlink(root, join(workFolder, 'root'));
    await symlink(join(root, MODULES), join(workFolder, 'modules'));
    await redirectModules(join(root, dirname(MODULES)), workFolder);
    env['LD_LIBRARY_PATH'] = (await libraryFolders(workFolder)).join(':');
  }
  const file = root === null ? program : join(workFolder, 'root', UNPACKED);
  const { stdout } = await run(file, ['--version'], { env });
  const version = /^(\d+\.\d+)/.exec(stdout)?.[1] ?? '';
  const command = (configFile: string): readonly string[] => {
    const server = [file, '-F', '-c', configFile];
    if (root === null) return server;
    const doveconf = join(workFolder, 'root/usr/bin/doveconf');
    return version === '2.3'
      ? [doveconf, '-f', 'service=master', '-c', configFile, '-m', 'master', '-e', ...server]
      : [doveconf, '-c', configFile, '-C', '-F', ...server];
  };
  return { version, root: root === null ? null : join(workFolder, 'root'), env, command };
}

/** A Dovecot is unpacked if its libraries lie beside it rather than where it was built to find them. */
async function unpackedRoot(program: string): Promise<string | null> {
  if (!program.endsWith(UNPACKED) || program === UNPACKED) return null;
  return program.slice(0, -UNPACKED.length);
}

async function libraryFolders(workFolder: string): Promise<readonly string[]> {
  const root = join(workFolder, 'root');
  const folders = [join(workFolder, 'lib'), join(root, dirname(MODULES)), join(root, MODULES, 'old-stats')];
  for (const parent of ['usr/lib', 'lib']) {
    const names = existsSync(join(root, parent)) ? await readdir(join(root, parent)) : [];
    folders.push(...names.filter((name) => name.includes('-linux-')).map((name) => join(root, parent, name)));
  }
  return folders;
}

/** Copies libdovecot to `workFolder`/lib with the folder of its modules being `workFolder`/modules. */
async function redirectModules(libraries: string, workFolder: string): Promise<void> {
  const name = 'libdovecot.so.0';
  const library = await readFile(join(libraries, name));
  const built = Buffer.from(`${MODULES}\0`, 'latin1');
  const wanted = Buffer.from(`${workFolder.padEnd(MODULES_PARENT_LENGTH, '/')}/modules\0`, 'latin1');
  if (wanted.length !== built.length)
    throw new Error(`${workFolder} is too long a path for an unpacked Dovecot.`);
  for (let at = library.indexOf(built); at !== -1; at = library.indexOf(built, at + 1))
    wanted.copy(library, at);
  await writeFile(join(workFolder, 'lib', name), library);
}
