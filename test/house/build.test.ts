/** What scripts/demo and scripts/test do first, in a small clone: they leave alone what a desk may be at work from. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** Compiles in no time. */
const OPTIONS = { target: 'es2022', module: 'nodenext', rootDir: 'src', types: [], skipLibCheck: true };
const GLOBAL = 'declare const console: { log(...words: unknown[]): void };';
const DESK = `export {};
declare global { interface ImportMeta { readonly url: string } }
${GLOBAL}
declare const process: { stdin: { once(event: string, work: () => Promise<void>): void } };
console.log('ready');
process.stdin.once('data', async () => {
  const [{ word }, { other }] = await Promise.all([import('./lazy.js'), import('./other.js')]);
  console.log(word, other, import.meta.url.endsWith('/dist/main.js'));
});
`;
let clone: string;

const write = (path: string, text: string) => writeFile(join(clone, path), text);
const build = () => run(process.execPath, ['scripts/build.mjs'], { cwd: clone });
const inode = async (path: string) => (await stat(join(clone, path))).ino;

/** The files of dist that belong to main.js, by the names of those of src that they begin with. */
async function chunks(): Promise<Partial<Record<string, string>>> {
  const files = (await readdir(join(clone, 'dist'))).filter((file) => /-.{8}\.js$/.test(file));
  return Object.fromEntries(files.map((file) => [file.slice(0, -'-12345678.js'.length), file]));
}

/** What a desk that starts now prints once it is spoken to. */
async function started(): Promise<string> {
  const { stdout } = await run('sh', ['-c', `echo | "${process.execPath}" dist/main.js`], { cwd: clone });
  return stdout;
}

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'imapdesk-clone-'));
  await mkdir(join(clone, 'src/config/templates'), { recursive: true });
  await mkdir(join(clone, 'scripts'));
  for (const file of ['build.mjs', 'has-packages.mjs', 'prepare.sh'])
    await cp(join(root, 'scripts', file), join(clone, 'scripts', file));
  await write('package.json', '{"type":"module"}');
  await write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { ...OPTIONS, lib: ['es2022'] }, include: ['src'] }),
  );
  await write('src/config/templates/notice.txt', 'one');
});
afterEach(() => rm(clone, { recursive: true, force: true }));

describe('the build', () => {
  beforeEach(async () => {
    await symlink(join(root, 'node_modules'), join(clone, 'node_modules'));
    await cp(join(root, 'src/start.js'), join(clone, 'src/start.js'));
    await write('src/main.ts', DESK);
    await write('src/lazy.ts', `export const word = 'old';\n`);
    await write('src/other.ts', `export const other = 'same';\n`);
    await build();
  });

  it('does nothing where dist is up to date, and everything where something is not as it left it', async () => {
    expect(await build()).toEqual({ stdout: '', stderr: '' });
    await rm(join(clone, 'dist/config/templates/notice.txt'));
    expect((await build()).stderr).toBe('Building...\n');
    expect(await readFile(join(clone, 'dist/config/templates/notice.txt'), 'utf8')).toBe('one');
  });

  it('replaces what has changed alone, and a desk at work goes on with what it began with', async () => {
    const { lazy: old = '', other = '' } = await chunks();
    const before = await inode(`dist/${other}`);
    const desk = spawn(process.execPath, ['dist/main.js'], {
      cwd: clone,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      await once(desk.stdout, 'data');
      await write('src/lazy.ts', `export const word = 'new';\n`);
      await build();
      desk.stdin.write('\n');
      const [said] = await once(desk.stdout, 'data');
      expect(String(said)).toBe('old same true\n');
    } finally {
      desk.kill('SIGKILL');
    }
    expect(await started()).toBe('ready\nnew same true\n');
    expect(await inode(`dist/${other}`)).toBe(before);
    expect((await stat(join(clone, 'dist/main.js'))).mode & 0o111).toBe(0o111);
    expect((await readdir(join(clone, '.cache'))).sort()).toEqual(['built', 'compiled', 'latest']);
    expect(existsSync(join(clone, 'dist', old))).toBe(true);
    await write('src/lazy.ts', `export const word = 'newest';\n`);
    await build();
    expect(existsSync(join(clone, 'dist', old))).toBe(false);
    expect(await started()).toBe('ready\nnewest same true\n');
  });

  it('puts the same name into what is built from the same, and another into what is built from something else', async () => {
    await mkdir(join(clone, 'src/worker/run'), { recursive: true });
    await write('src/worker/run/build.ts', `export const BUILD: string = 'source';\n`);
    await write(
      'src/main.ts',
      `import { BUILD } from './worker/run/build.js';\nconsole.log(BUILD);\n${GLOBAL}`,
    );
    await build();
    const first = await started();
    expect(first).toMatch(/^[0-9a-f]{64}\n$/);
    await rm(join(clone, 'dist'), { recursive: true });
    await build();
    expect(await started()).toBe(first);
    await write('src/other.ts', `export const other = 'another';\n`);
    await build();
    expect(await started()).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await started()).not.toBe(first);
  });

  it('leaves dist as it was where the source does not compile', async () => {
    const before = await readdir(join(clone, 'dist'));
    await write('src/lazy.ts', 'export const word: number = "new";\n');
    await expect(build()).rejects.toMatchObject({ stdout: expect.stringContaining('lazy.ts') });
    expect(await readdir(join(clone, 'dist'))).toEqual(before);
    expect(await started()).toBe('ready\nold same true\n');
    expect((await readdir(join(clone, '.cache'))).sort()).toEqual(['built', 'compiled', 'latest']);
  });
});

describe('the packages', () => {
  /** Whether `npm ci` was run, where npm has left `installed`. */
  async function installs(wanted: object, installed: object | null): Promise<boolean> {
    await mkdir(join(clone, 'node_modules'));
    await write('package-lock.json', JSON.stringify({ packages: wanted }));
    if (installed !== null)
      await write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
    await write('scripts/prepare', '. "$(dirname -- "$0")/prepare.sh"\nneed_packages\n');
    await write('scripts/npm', '#!/bin/sh\necho "$@" >ran\n');
    await chmod(join(clone, 'scripts/npm'), 0o755);
    const env = { ...process.env, PATH: `${join(clone, 'scripts')}:${process.env['PATH']}` };
    await run('sh', ['scripts/prepare'], { cwd: clone, env });
    return existsSync(join(clone, 'ran')) && (await readFile(join(clone, 'ran'), 'utf8')) === 'ci\n';
  }

  const a = { version: '1.0.0', integrity: 'sha512-a' };
  const elsewhere = { version: '2.0.0', optional: true, os: ['none'] };
  const here = { version: '2.0.0', optional: true, os: [process.platform], cpu: [process.arch] };
  it.each([
    ['are there', false, { a }, { a }],
    ['are there but for one of another system', false, { a, elsewhere }, { a }],
    ['lack one', true, { a, b: a }, { a }],
    ['lack the one of this system', true, { a, here }, { a }],
    ['hold another version', true, { a }, { a: { ...a, version: '0.9.0' } }],
    ['hold another content', true, { a }, { a: { ...a, integrity: 'sha512-b' } }],
    ['hold one too many', true, { a }, { a, b: a }],
    ['were left by an npm ci that failed', true, { a }, null],
  ] as const)('that %s: npm ci is run: %s', async (_what, expected, wanted, installed) => {
    expect(await installs(wanted, installed)).toBe(expected);
  });
});
