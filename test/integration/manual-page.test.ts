/** The manual page: what `--help` says, as mandoc and groff show it, and as man finds it where npm has put it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmAt, packInto, root } from './npm.js';
import { findTool } from './tools.js';
import { main, runDesk } from './world.js';

const run = promisify(execFile);
const { program: mandoc, reason } = await findTool('mandoc');
if (mandoc === null) console.log(`The manual page is not read by mandoc: ${reason}`);
const works = (command: string, ...args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );
const hasGroff = await works('groff', '--version');
const hasMan = await works('man', '--version');

let folder: string;
const page = join(root, 'dist/imapdesk.1');
/** What `--help` prints of all, and of each command. */
let help: string;
let helps: ReadonlyMap<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-manual-'));
  help = await helpOf();
  const names = itemsIn(help, 'Commands').map((item) => item.split(' ', 1)[0] ?? '');
  // "help" itself has none.
  const others = names.filter((name) => name !== 'help');
  helps = new Map(await Promise.all(others.map(async (name) => [name, await helpOf(name)] as const)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Without what makes letters bold or underlined, each run of white space as one space. */
function squeezed(text: string): string {
  return text.replaceAll(/.\x08|\x1b\[[0-9;]*m/g, '').replaceAll(/\s+/g, ' ');
}

/** The lines of one part of `--help`: a term, and what it means. */
function itemsIn(printed: string, title: string): readonly string[] {
  const [, part = ''] = new RegExp(`^${title}:\\n((?: .*\\n|$)*)`, 'm').exec(printed) ?? [];
  return part
    .split(/^ {2}(?=\S)/m)
    .map((item) => squeezed(item).trim())
    .filter((item) => item !== '');
}

async function helpOf(...command: readonly string[]): Promise<string> {
  return (await runDesk([...command, '--help'])).stdout;
}

const READERS = [
  [
    'mandoc',
    mandoc !== null,
    async () => (await run(mandoc ?? '', ['-T', 'utf8', '-O', 'width=500', page])).stdout,
  ],
  ['groff', hasGroff, async () => (await run('groff', ['-man', '-Tutf8', '-P-c', '-rLL=500n', page])).stdout],
] as const;

describe.each(READERS)('by %s', (_name, isHere, read) => {
  it.skipIf(!isHere)('has every command, option and argument, in the words of --help', async () => {
    const shown = squeezedLines(await read());
    const [, common = ''] = /^OPTIONS$(.*?)^COMMANDS$/ms.exec(shown) ?? [];
    for (const item of itemsIn(help, 'Options')) expect(squeezed(common)).toContain(item);
    expect(helps.size).toBeGreaterThan(20);
    for (const [command, told] of helps) expectTold(command, told, partOf(command, shown));
    expect(partOf('help', shown)).toContain('imapdesk help [command]');
  });
});

function squeezedLines(text: string): string {
  return text
    .split('\n')
    .map((line) => squeezed(line).trim())
    .join('\n');
}

function partOf(command: string, shown: string): string {
  const part = new RegExp(`^imapdesk ${command}$(.*?)^(?:imapdesk \\w+|EXIT STATUS)$`, 'ms').exec(shown);
  return squeezed(part?.[1] ?? '');
}

function expectTold(command: string, told: string, part: string): void {
  const [, usage = 'no usage'] = /^Usage: (.*)/.exec(told) ?? [];
  const items = [...itemsIn(told, 'Arguments'), ...itemsIn(told, 'Options')];
  // That one is among the options of all.
  for (const item of [usage, ...items.filter((one) => !one.startsWith('-h, --help'))])
    expect(`${command}:${part}`).toContain(item);
}

it.skipIf(mandoc === null)('mandoc finds nothing wrong with it, not even its style', async () => {
  expect(await run(mandoc ?? '', ['-T', 'lint', '-W', 'all', page])).toEqual({ stdout: '', stderr: '' });
});

it.skipIf(!hasGroff)('groff has no complaint', async () => {
  const { stderr } = await run('groff', ['-man', '-Tutf8', '-ww', page]);
  expect(stderr).toBe('');
});

it('is what the command prints, with the day on which it was made', async () => {
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1792454400' };
  const { stdout } = await run(process.execPath, [main, 'man'], { env });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(stdout).toContain(`.TH "IMAPDESK" "1" "2026-10-20" "imapdesk ${version}"\n`);
  const undated = (text: string): string => text.replace(/^\.TH .*$/m, '');
  expect(undated(stdout)).toBe(undated(await readFile(page, 'utf8')));
});

describe('where npm has put it', () => {
  it('man finds it beside the command', async () => {
    const prefix = join(folder, 'prefix');
    const tarball = await packInto(folder);
    const env = { ...process.env, ...npmAt(folder) };
    await run('npm', ['install', '--global', '--prefix', prefix, tarball], { env });
    const found = join(prefix, 'share/man/man1/imapdesk.1');
    expect((await stat(found)).isFile()).toBe(true);
    if (!hasMan) return;
    const path = { ...env, PATH: `${join(prefix, 'bin')}:${process.env['PATH'] ?? ''}`, MANPATH: '' };
    expect((await run('man', ['-w', 'imapdesk'], { env: path })).stdout.trim()).toMatch(/imapdesk\.1$/);
  });
});
