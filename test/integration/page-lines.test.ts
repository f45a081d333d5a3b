/**
 * Lines of shell in our pages that no other test runs, taken from them as they stand, in a home of their own with `imapdesk` in PATH
 * and a desk that IMAPDESK_CONFIG names.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, typedLines } from '../house/code-blocks.js';
import { DeskBench } from './desk-bench.js';
import { root } from './npm.js';
import { syntaxErrors } from './shells.js';
import { webConfig } from './web-bench.js';
import { deskConfig, main, until } from './world.js';

let folder: string;
let bench: DeskBench;

/** Those of the page's blocks of shell that begin so; also those that are set in. */
async function linesOf(page: string, beginning: string): Promise<readonly string[]> {
  const text = (await readFile(join(root, page), 'utf8')).replaceAll(/^ {3}(?=\S)/gm, '');
  const blocks = codeBlocks(text, 'sh').map(typedLines);
  const found = blocks.filter(
    ([first = '']) =>
      first === beginning || first.startsWith(`${beginning} `) || first.startsWith(`${beginning}/`),
  );
  expect(found, `one block of ${page} that begins with "${beginning}"`).toHaveLength(1);
  return found[0] ?? [];
}

interface Ran {
  readonly code: number | null;
  readonly printed: string;
}

function begin(line: string, cwd = folder) {
  const env = { ...process.env, HOME: folder, IMAPDESK_CONFIG: bench.file.path, XDG_CACHE_HOME: '' };
  const PATH = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  return spawn('sh', ['-c', line], { cwd, env: { ...env, PATH }, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function run(line: string, { typed = '', cwd = folder } = {}): Promise<Ran> {
  const child = begin(line, cwd);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  // Most lines read nothing, and may have ended by now.
  child.stdin.on('error', () => undefined);
  child.stdin.end(typed);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, printed };
}

async function ok(line: string, cwd = folder): Promise<string> {
  const { code, printed } = await run(line, { cwd });
  expect([line, code], printed).toEqual([line, 0]);
  return printed;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-lines-'));
  await mkdir(join(folder, 'bin'));
  const start = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  await writeFile(join(folder, 'bin/imapdesk'), start, { mode: 0o755 });
  bench = await DeskBench.start();
  const { web } = await webConfig();
  await bench.configure({ ...deskConfig(bench.world), web });
  await bench.openTwo();
});
afterAll(async () => {
  await bench?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('docs/commands.md', () => {
  it('keeps settings of mutt where they are read from', async () => {
    const [line = '', mutt = ''] = await linesOf('docs/commands.md', 'imapdesk muttrc');
    await ok(line);
    expect(mutt).toBe('mutt -F ~/.mutt-desk');
    expect(await readFile(join(folder, '.mutt-desk'), 'utf8')).toMatch(/^set folder/m);
  });

  it.each([
    ['mkdir -p ~/.local/share/bash-completion', 'bash', '.local/share/bash-completion/completions/imapdesk'],
    ['mkdir -p ~/.zsh/functions', 'zsh', '.zsh/functions/_imapdesk'],
    ['mkdir -p ~/.config/fish', 'fish', '.config/fish/completions/imapdesk.fish'],
  ])('keeps completions where the shell looks: %s', async (beginning, shell, file) => {
    for (const line of await linesOf('docs/commands.md', beginning)) await ok(line);
    const script = await readFile(join(folder, file), 'utf8');
    expect(script).toContain('imapdesk');
    expect(script).toBe((await bench.run('completion', shell)).stdout);
    if (shell === 'bash')
      expect(await syntaxErrors({ name: 'bash', program: 'bash', missing: '' }, script)).toBe('');
  });

  it('shows the manual page, where there is a man that reads a file', async () => {
    const [line = ''] = await linesOf('docs/commands.md', 'imapdesk man');
    expect(line).toBe('imapdesk man | man -l -');
    const { code: hasMan } = await run('man --version');
    if (hasMan === 0) expect(await ok(line)).toMatch(/SYNOPSIS/i);
    else expect(await ok('imapdesk man')).toMatch(/^\.SH "?SYNOPSIS/m);
  });
});

describe('docs/erasing.md', () => {
  it('shows what would go, and erases nothing where nobody can be asked', async () => {
    const [dry = '', erase = ''] = await linesOf('docs/erasing.md', 'imapdesk erase 42');
    const [person = ''] = await linesOf('docs/erasing.md', 'imapdesk erase --person');
    const here = (line: string): string =>
      line.replace(/\b42\b/, '1').replace('jane@example.org', 'jane@example.com');
    const before = await bench.snapshot();
    expect(await ok(here(dry))).toContain('Printer on fire');
    expect(await ok(here(person))).toContain('Printer on fire');
    const refused = await run(here(erase));
    expect([refused.code, refused.printed]).toEqual([64, expect.stringContaining('--yes')]);
    expect(await bench.snapshot()).toBe(before);
  });
});

describe('docs/web.md', () => {
  it('makes a hash of a password', async () => {
    const [line = ''] = await linesOf('docs/web.md', 'imapdesk web-password');
    const { code, printed } = await run(line, { typed: 'a password of the page\n' });
    expect([code, printed]).toEqual([0, expect.stringMatching(/\$scrypt\$ln=15,r=8,p=3\$\S+/)]);
  });

  it('serves the pages and says where, until it is told to stop', async () => {
    const [line = ''] = await linesOf('docs/web.md', 'imapdesk web');
    const child = begin(`exec ${line}`);
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    try {
      await until('the pages', () => Promise.resolve(told.includes('The pages are at') ? true : null));
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
  });

  it('writes the pages as files', async () => {
    const [line = ''] = await linesOf('docs/web.md', 'imapdesk export');
    await ok(line);
    expect(await readFile(join(folder, 'pages/index.html'), 'utf8')).toContain('Printer on fire');
  });
});

describe('docs/upgrading.md', () => {
  it('looks before the desk is started again', async () => {
    const [install, ...rest] = await linesOf('docs/upgrading.md', 'npm install --global');
    expect(install).toBe('npm install --global --prefix /opt/imapdesk ./imapdesk-0.1.0.tgz');
    expect(rest).toEqual(['imapdesk check', 'imapdesk once --dry-run']);
    for (const line of rest) await ok(line);
  });
});

describe('docs/testing.md', () => {
  it('tells the reasons for a message of the corpus', async () => {
    const [line = ''] = await linesOf('docs/testing.md', 'node dist/main.js explain');
    expect(await ok(line, root)).toContain('ticket');
  });
});
