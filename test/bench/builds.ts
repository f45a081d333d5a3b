/** The builds that are measured: ours, and another revision's, which is checked out and built aside. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Build {
  /** As figures name it. */
  readonly name: string;
  /** The command. */
  readonly main: string;
}

export const OURS: Build = { name: 'this build', main: resolve('dist/main.js') };

/** Builds a revision of this clone below `.cache/against`, once. Throws if there is none, or it does not build. */
export async function buildOf(revision: string): Promise<Build> {
  const { stdout } = await run('git', ['rev-parse', '--verify', `${revision}^{commit}`]);
  const commit = stdout.trim();
  const name = commit.slice(0, 7);
  const folder = resolve('.cache/against', name);
  if (!existsSync(folder)) {
    const made = `${folder}.${process.pid}`;
    try {
      await checkOut(commit, made);
      await rename(made, folder);
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }
  return { name, main: join(folder, 'dist/main.js') };
}

async function checkOut(commit: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'archive.tar');
  await run('git', ['archive', '--output', archive, commit]);
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
  if (readFileSync(join(folder, 'package-lock.json')).equals(readFileSync('package-lock.json')))
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  else await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  await run(process.execPath, ['scripts/build.mjs'], { cwd: folder });
}
