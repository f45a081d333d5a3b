/** The README's lines, taken from it as they stand, at work in the shells that people type them at. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeBlocks, typedLines } from '../house/code-blocks.js';
import { DEEP } from '../servers/start.js';
import { InitBench, srvOf } from './init-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { cloneTo, npmAt, root } from './npm.js';
import { findShell, openShell, type Session, SHELLS, type Shell, syntaxErrors } from './shells.js';

const run = promisify(execFile);
const readme = await readFile(join(root, 'README.md'), 'utf8');
const blocks = codeBlocks(readme, 'sh').map(typedLines);
const shells = await Promise.all(SHELLS.map(findShell));
const isHere = ({ missing }: Shell): boolean => missing === '';
for (const { name, missing } of shells)
  if (missing !== '') console.log(`The README is not tried in ${name}: ${missing}`);
const terminals = await hasTerminals();

const BUILD_TIMEOUT_MS = 180_000;

/** The block of that first line, or else the one that begins so. */
function block(beginning: string): readonly string[] {
  const exact = blocks.filter(([first = '']) => first === beginning);
  const found = exact.length > 0 ? exact : blocks.filter(([first = '']) => first.startsWith(beginning));
  expect(found, `one block that begins with "${beginning}"`).toHaveLength(1);
  return found[0] ?? [];
}

const MAIL = [
  'From: Jane <jane@example.com>',
  'To: support@example.com',
  'Subject: Printer on fire',
  'Message-ID: <fire@example.com>',
  `Date: ${new Date().toUTCString()}`,
  '',
  'It is the old one.',
  '',
].join('\r\n');

/** A folder with a space in its path: a clone after `npm ci`, and homes. */
let folder: string;
let clone: string;
let bench: InitBench;
let home: string;
let session: Session;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk read me '));
  clone = join(folder, 'the clone');
  await cloneTo(clone);
  // A build beside other tests may take longer than a terminal waits; each shell then finds it done.
  await run('npm', ['run', 'build'], { cwd: clone });
}, BUILD_TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  bench = await InitBench.start({ records: srvOf });
  await bench.world.deliver('support', Buffer.from(MAIL));
  home = await mkdtemp(join(folder, 'home of jane '));
});
afterEach(async () => {
  session?.typing.child.kill('SIGKILL');
  await bench.stop();
});

function environment(): Readonly<Record<string, string>> {
  const { PATH = '' } = process.env;
  return { ...bench.env, ...npmAt(home), PATH: `${join(home, '.local/bin')}:${PATH}` };
}

/** Types these lines; each must end well. What each printed. */
async function type(lines: readonly string[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const line of lines) {
    const { code, printed } = await session.run(line);
    expect(code, printed).toBe(0);
    all.push(printed);
  }
  return all;
}

/** What npx and `init` may ask, in any order, and what somebody answers. */
function answers(): readonly (readonly [RegExp, string])[] {
  return [
    [/Ok to proceed\? \(y\) $/, 'y'],
    [/The address that people write to: $/, 'support@example.com'],
    [/Password of support@example\.com \(it is not shown\): $/, bench.world.accounts.support.password],
    [/What people know the desk as .*: $/, 'Example Support'],
    [/Who answers there\?.*: $/, 'Steve <steve@example.org>'],
    [/\] ?: $/, ''],
  ];
}

async function answerAll(): Promise<void> {
  const asked = new RegExp(
    answers()
      .map(([question]) => question.source)
      .join('|'),
  );
  for (;;) {
    await session.typing.see(new RegExp(`${asked.source}|\\nNext:`));
    const shown = session.typing.text();
    const found = answers().find(([question]) => question.test(shown));
    if (found === undefined) return;
    session.typing.type(`${found[1]}\r`);
  }
}

const file = async (name: string) => readFile(join(home, 'desk', name), 'utf8');
const mode = async (name: string) => ((await stat(join(home, 'desk', name))).mode & 0o777).toString(8);

/** That somebody who has come so far has a ticket, and its letters wait. */
async function expectTicket(): Promise<void> {
  const look = block('npm install --global ./');
  const [, , dry, pass, list, shown] = await type(look);
  expect(dry).toContain('it names no ticket, so it opens one');
  expect(pass).toContain('ticket 1');
  expect(list).toMatch(/1 +open .*jane@example\.com +Printer on fire/);
  expect(shown).toContain('It is the old one.');
  // But for the message that the desk has sent to itself.
  for (const { to } of bench.world.sent) expect(to).toEqual([expect.stringMatching(/^support\b/)]);
}

/** The two that differ most, where it is not to take long. */
const typedInto = shells.filter(({ name }) => DEEP || name === 'bash');

describe.skipIf(!terminals).each(typedInto.filter(isHere))('in $name', (shell) => {
  beforeEach(() => {
    session = openShell(shell, { env: environment(), cwd: clone });
  });

  it('somebody comes from a clone to the first ticket', async () => {
    const [fetched = '', ...rest] = block('npm ci');
    // That one asks the registry, and has been done.
    expect(fetched).toBe('npm ci');
    await type(rest);
    const [init = '', ...more] = block('npx ./imapdesk-0.1.0.tgz init ~/desk');
    expect(more).toEqual([]);
    session.begin(init);
    await answerAll();
    expect((await session.done()).code).toBe(0);
    expect(JSON.parse(await file('config.json')).desks).toMatchObject([{ mail: 'hold' }]);
    await expectTicket();
    expect(session.typing.text()).not.toContain(bench.world.accounts.support.password);
  });

  it('somebody comes there by files that they write by hand', async () => {
    const { password } = bench.world.accounts.support;
    await run('npm', ['pack', '--silent'], { cwd: clone });
    const written = block('mkdir -m 700');
    await type(written.slice(0, -1));
    session.begin(written.at(-1) ?? '');
    // The file is there once the terminal shows nothing any more.
    await vi.waitFor(() => file('password.txt'), { timeout: 20_000, interval: 20 });
    session.typing.type(`${password}\r\x04`);
    expect((await session.done()).code).toBe(0);
    expect((await type(['stty -a']))[0]).toMatch(/ echo\b/);
    expect(await file('password.txt')).toBe(`${password}\n`);
    expect(await file('secret.txt')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await mode('.')).toBe('700');
    await writeConfig();
    await type([`cd '${clone}'`, ...block('npm install --global ./').slice(0, 2)]);
    const [, checked] = await type(block('chmod 600'));
    for (const name of ['config.json', 'secret.txt', 'password.txt']) expect(await mode(name)).toBe('600');
    expect(checked).toMatch(/test message +arrived in INBOX/);
    await type([`cd '${clone}'`]);
    await expectTicket();
    expect(session.typing.text()).not.toContain(password);
  });
});

/** The one that the README shows, with the servers of this world. */
async function writeConfig(): Promise<void> {
  const [example = ''] = codeBlocks(readme, 'json').map(({ text }) => text);
  const { desks, ...rest } = JSON.parse(example);
  const [{ imap, smtp, ...desk }] = desks;
  const at = (port: number | null) => ({ host: 'localhost', port });
  const { support } = bench.world.accounts;
  const config = {
    ...rest,
    desks: [
      {
        ...desk,
        imap: { ...imap, ...at(bench.world.imap.tlsPort), user: support.user },
        smtp: { ...smtp, ...at(bench.world.smtp.tlsPort), user: support.user },
      },
    ],
  };
  await writeFile(join(home, 'desk/config.json'), JSON.stringify(config, null, 2), { mode: 0o644 });
}

it('each block of shell is known here, or to the tests that it names', () => {
  const known = [
    'npm ci',
    'npx ./',
    // readme-oauth.test.ts
    'npx ./',
    'mkdir -m 700',
    'chmod 600',
    'npm install --global ',
    'npm install --global ',
  ];
  // Of these, demo.test.ts plays the first, and this is the second; systemd.test.ts runs the unit, pm2.test.ts PM2's file.
  const elsewhere = [
    'scripts/demo',
    'pm2 start /opt/',
    'cp /opt/imapdesk/lib/node_modules/imapdesk/docs/systemd/',
  ];
  const strange = blocks.filter(
    ([first = '']) => ![...known, ...elsewhere].some((one) => first.startsWith(one)),
  );
  expect(strange).toEqual([]);
  expect(blocks).toHaveLength(known.length + elsewhere.length);
});

describe.each(shells.filter(isHere))('$name', (shell) => {
  it('reads every line of the README', async () => {
    expect(blocks.length).toBeGreaterThan(7);
    for (const line of blocks.flat()) expect([line, await syntaxErrors(shell, line)]).toEqual([line, '']);
    expect(await syntaxErrors(shell, 'if (')).not.toBe('');
  });
});

describe('where the examples say that imapdesk lies', () => {
  it('is where the line above them puts it, and cron’s line works there in an empty environment', async () => {
    const [install = ''] = block('npm install --global --prefix');
    const [cron = ''] = codeBlocks(readme, 'crontab').map(({ text }) => text.trim());
    const here = (text: string) =>
      text.replaceAll('/opt/imapdesk', `'${folder}'/opt`).replaceAll('/etc/imapdesk', `'${home}'/desk`);
    await run('npm', ['pack', '--silent'], { cwd: clone });
    await run('sh', ['-c', here(install)], { cwd: clone, env: { ...process.env, ...npmAt(home) } });
    const named = new Set([...readme.matchAll(/\/opt\/imapdesk(\/[\w./-]+)/g)].map(([, path = '']) => path));
    expect(named.size).toBeGreaterThan(1);
    for (const path of named) expect((await stat(join(folder, 'opt', path))).isFile()).toBe(true);

    await mkdir(join(home, 'desk'), { mode: 0o700 });
    await writeFile(join(home, 'desk/secret.txt'), 'x'.repeat(64), { mode: 0o600 });
    await writeFile(join(home, 'desk/password.txt'), bench.world.accounts.support.password, { mode: 0o600 });
    await writeConfig();
    await chmod(join(home, 'desk/config.json'), 0o600);
    const command = here(cron.replace(/^(?:\S+ +){5}/, '')).replace('/usr/bin/node', process.execPath);
    const { NODE_EXTRA_CA_CERTS = '' } = bench.env;
    const ran = await run('/bin/sh', ['-c', command], { cwd: '/', env: { NODE_EXTRA_CA_CERTS, HOME: home } });
    expect(ran).toEqual({ stdout: '', stderr: '' });
    const { stdout } = await run(
      join(folder, 'opt/bin/imapdesk'),
      ['list', '-c', join(home, 'desk/config.json')],
      {
        env: { ...process.env, ...bench.env },
      },
    );
    expect(stdout).toMatch(/1 +open .*Printer on fire/);
  });
});
