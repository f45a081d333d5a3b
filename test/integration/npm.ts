/** npm as somebody has it who got the package alone: nothing comes from the network, and nothing from what is cached here. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Of a clone, what it takes to build and pack it. */
const CLONED = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'src', 'scripts'];

/** For the environment of npm and npx, which then keep everything below `home`. */
export function npmAt(home: string): Readonly<Record<string, string>> {
  return {
    HOME: home,
    npm_config_cache: join(home, '.npm'),
    npm_config_prefix: join(home, '.local'),
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
}

/** Packs what is built into `folder`; the path of the tarball. Prefer this to building, beside desks that run from dist. */
export async function packInto(folder: string): Promise<string> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const [packed] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (packed === undefined) throw new Error(`npm pack left nothing in ${folder}`);
  return join(folder, packed);
}

/** A clone as it is after `npm ci`, and before it is built. */
export async function cloneTo(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const pages = ['README.md', 'LICENSE', ...files].filter((name) => name !== 'dist');
  for (const name of [...CLONED, ...pages])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}
