/** The package: what npm packs is all that it takes, wherever it is installed, with nothing from the network. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPage, linksIn, wrongIn } from '../house/links.js';
import { DEEP } from '../servers/start.js';
import { cloneTo, npmAt, packInto, root } from './npm.js';

const run = promisify(execFile);
/** Before it is unpacked; a build that brings much more brings something that it should not. */
const LARGEST_BYTES = 3_000_000;
/** As a file names it; code that reads such names holds the word, too. */
const SOURCE_MAP = /^[/][/][#@] sourceMappingURL=/m;
/** What npm would run on the machine of whoever installs it. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

let folder: string;
let tarball: string;
/** Where npm has installed it. */
let home: string;
let installed: string;
let files: readonly string[];

/** In the folder in which it is installed, as npm's `npx` finds it there. */
async function npx(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('npx', args, { cwd: home, env: { ...process.env, ...npmAt(home) } });
  return stdout;
}

async function filesBelow(place: string): Promise<readonly string[]> {
  const found = await readdir(place, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort();
}

const packageOf = async (place: string) => JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk packed '));
  home = join(folder, 'home of jane');
  await mkdir(home);
  tarball = await packInto(folder);
  await run('npm', ['install', tarball], { cwd: home, env: { ...process.env, ...npmAt(home) } });
  installed = join(home, 'node_modules/imapdesk');
  files = await filesBelow(installed);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is in it', () => {
  it('is the program, its pages, its schema and its example, and no more', async () => {
    const ours = files.filter((name) => !/^(?:dist|docs)[/]/.test(name));
    expect(ours).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'config.example.json',
      'config.schema.json',
      'desk.schema.json',
      'package.json',
    ]);
    const ending =
      /\.(?:js|txt|md|png|svg|1|service|timer|yaml|cjs|pl|yml)$|[/]Dockerfile$|[/]grafana-dashboard\.json$/;
    expect(files.filter((name) => !ours.includes(name) && !ending.test(name))).toEqual([]);
    expect((await stat(tarball)).size).toBeLessThan(LARGEST_BYTES);
  });

  it('has every page and every text that the repository has', async () => {
    const pages = (await filesBelow(join(root, 'docs'))).map((name) => `docs/${name}`);
    const texts = await filesBelow(join(root, 'src/config/templates'));
    expect(pages.length).toBeGreaterThan(20);
    expect(texts.length).toBeGreaterThan(20);
    expect(files).toEqual(expect.arrayContaining(pages));
    expect(files).toEqual(expect.arrayContaining(texts.map((name) => `dist/config/templates/${name}`)));
  });

  it('has links that lead to what is in it', async () => {
    const wrong = await Promise.all(
      files.filter(isPage).map(async (page) => {
        const links = linksIn(page, await readFile(join(installed, page), 'utf8'));
        return links.map((link) => wrongIn(installed, link));
      }),
    );
    expect(wrong.flat().length).toBeGreaterThan(100);
    expect(wrong.flat().filter((one) => one !== null)).toEqual([]);
  });

  it('names no place of the machine that it was built on', async () => {
    const places = [root, homedir()].map((place) => `${place.replace(/[/]$/, '')}/`);
    const named = await Promise.all(
      files.map(async (name) => {
        const text = await readFile(join(installed, name), 'latin1');
        return places.some((place) => text.includes(place)) || SOURCE_MAP.test(text) ? [name] : [];
      }),
    );
    expect(named.flat()).toEqual([]);
  });

  it('may be published, needs no other package, and runs nothing when it is installed', async () => {
    const { scripts, ...told } = await packageOf(installed);
    expect(told).toMatchObject({ name: 'imapdesk', license: 'MIT' });
    for (const key of ['private', 'dependencies', 'optionalDependencies', 'peerDependencies'])
      expect(told).not.toHaveProperty(key);
    expect(Object.keys(scripts).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
    expect(await readdir(join(home, 'node_modules'))).toEqual(['.bin', '.package-lock.json', 'imapdesk']);
  });
});

describe('npx', () => {
  it('finds it where it is installed, and in the folders below', async () => {
    const { version } = await packageOf(root);
    expect(await npx('imapdesk', '--version')).toBe(`${version}\n`);
    const desk = join(home, 'desk');
    await mkdir(desk);
    const { stdout } = await run('npx', ['imapdesk', 'init', '--help'], {
      cwd: desk,
      env: { ...process.env, ...npmAt(home) },
    });
    expect(stdout).toMatch(/^Usage: imapdesk init \[options\] \[folder\]/);
  });

  it('takes it from the file, without installing it', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const { version } = await packageOf(root);
    const args = ['--yes', `../${tarball.slice(folder.length + 1)}`, '--version'];
    const { stdout } = await run('npx', args, { cwd: elsewhere, env: { ...process.env, ...npmAt(home) } });
    expect(stdout).toBe(`${version}\n`);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('runs in it what reads a message', async () => {
    const message = join(root, 'test/corpus/00-html-with-picture-and-pdf.eml');
    const explained = JSON.parse(await npx('imapdesk', 'explain', '--offline', '--json', message));
    expect(explained).toMatchObject({ kind: 'new', ticket: null, acknowledge: true });
  });
});

describe.runIf(DEEP)('a clone', () => {
  it('is built when it is packed', async () => {
    const clone = join(folder, 'clone of it');
    await cloneTo(clone);
    await run('npm', ['pack', '--silent', '--ignore-scripts=false'], { cwd: clone });
    await run('tar', ['-xf', tarball.slice(folder.length + 1)], { cwd: clone });
    const { stdout } = await run(process.execPath, ['package/dist/main.js', '--version'], { cwd: clone });
    expect(stdout).toBe(`${(await packageOf(root)).version}\n`);
    // What is behind the names differs with the folder of the packages.
    const named = (all: readonly string[]) => all.map((name) => name.replace(/-.{8}\.js$/, '.js')).sort();
    expect(named(await filesBelow(join(clone, 'package')))).toEqual(named(files));
  });
});
