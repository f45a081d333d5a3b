/** What the command line says without any server. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDesk } from './world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-line-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('--version', () => {
  const versionOf = async (file: string): Promise<string> =>
    `${JSON.parse(await readFile(file, 'utf8')).version}\n`;

  it('tells the version of the clone', async () => {
    const stdout = await versionOf(join(root, 'package.json'));
    expect(await runDesk(['--version'])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('tells that of the packed package, by the name under which npm links it', async () => {
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
    const [packed = ''] = await readdir(folder);
    await run('tar', ['-xf', packed], { cwd: folder });
    await symlink(join(root, 'node_modules'), join(folder, 'package/node_modules'));
    await symlink('package/dist/main.js', join(folder, 'imapdesk'));
    const { stdout } = await run(join(folder, 'imapdesk'), ['--version']);
    expect(stdout).toBe(await versionOf(join(folder, 'package/package.json')));
  });
});
