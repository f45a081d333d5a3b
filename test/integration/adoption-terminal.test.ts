/** What `once` asks where the inbox holds much unread mail: it is shown, and answered at a terminal in the same run. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compose } from './desk-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { type Typing, typeAt } from './typing.js';
import {
  type ConfigFile,
  deskConfig,
  main,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  withImap,
  writeConfig,
} from './world.js';

const UNREAD = 22;
const DAY_MS = 86_400_000;
const CTRL_C = '\x03';
/** Clears the screen, sets the title, turns the text around, breaks the line. */
const HOSTILE = '\x1b[2J\x1b]0;owned\x07\u202etxt\r\n--adopt=all';
const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

let world: TestWorld;
let config: ConfigFile;

beforeEach(async () => {
  world = await startWorld();
  config = await writeConfig(deskConfig(world, { adopt: { atMost: 1 } }));
  await world.deliver('support', compose({ subject: 'Long ago' }), {
    receivedAt: new Date(Date.now() - 90 * DAY_MS),
  });
  for (let number = 1; number < UNREAD; number += 1)
    await world.deliver('support', compose({ subject: `Printer ${number} on fire` }));
  await world.deliver(
    'support',
    compose({ subject: encoded(HOSTILE), from: `${encoded(`Eve${HOSTILE}`)} <jane@example.com>` }),
  );
});
afterEach(async () => {
  await config.remove();
  await world.stop();
});

async function inbox(): Promise<number> {
  return (await readFolder(world, 'support', 'INBOX')).length;
}

async function folders(): Promise<readonly string[]> {
  return withImap(world, 'support', async (client) => (await client.list()).map(({ path }) => path));
}

function rowsOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d {2}/.test(line));
}

it('shows who wrote what and when without a terminal, then how to answer, and changes nothing', async () => {
  const { code, stdout, stderr } = await runDesk(['once', '-c', config.path]);
  expect(code).toBe(78);
  const rows = rowsOf(stdout);
  expect(rows).toHaveLength(20);
  expect(rows[0]).toMatch(/Jane Doe <jane@example\.com> +Printer 3 on fire$/);
  expect(rows.at(-1)).toMatch(/ Eve\[2J\S* txt .* {2}\[2J\]0;owned txt --adopt=all$/);
  expect(stdout).toContain('and 2 more, older than these');
  expect(stderr).toContain(`holds ${UNREAD} unread messages of the last days`);
  expect(stderr.trim().split('\n').at(-1)).toContain('--adopt=none');
  // No log holds what mail is about.
  expect(stderr).not.toMatch(/Printer|jane@/);
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(await inbox()).toBe(UNREAD + 1);
  expect(await folders()).toEqual(['INBOX']);
  const json = await runDesk(['once', '--json', '-c', config.path]);
  expect(json.code).toBe(78);
  expect(JSON.parse(json.stdout)).toMatchObject({
    summary: { desks: [{ error: expect.stringContaining('--adopt=recent') }] },
  });
  expect(json.stdout).not.toContain('Printer');
});

describe.skipIf(!(await hasTerminals()))('at a terminal', () => {
  let typing: Typing;
  afterEach(() => {
    typing.child.kill('SIGKILL');
  });

  function start(...args: readonly string[]): void {
    typing = typeAt([process.execPath, main, 'once', ...args, '-c', config.path], {
      env: {},
      cwd: config.folder,
    });
  }

  const QUESTION = /What to do\? \(recent, all, none, q\): $/;

  it('asks after the list, and goes on with the answer', async () => {
    start();
    await typing.see(/Printer 21 on fire\s[^]*--adopt=all\s[^]*none +leaves them all where they are/);
    await typing.see(QUESTION);
    expect(rowsOf(typing.text())).toHaveLength(20);
    expect(typing.text()).not.toMatch(/owned\x07|\x1b\]|\u202e/);
    typing.type('perhaps\r');
    await typing.see(QUESTION);
    typing.type('Recent\r');
    expect(await typing.ended()).toBe(0);
    expect(await inbox()).toBe(1);
    expect(new Set(world.sent.flatMap(({ to }) => to))).toContain('jane@example.com');
    expect(await runDesk(['once', '-c', config.path])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['q', 'q\r'],
    ['Ctrl-C', CTRL_C],
  ])('leaves all as it is at %s', async (_, keys) => {
    start();
    await typing.see(QUESTION);
    typing.type(keys);
    expect(await typing.ended()).toBe(78);
    expect(typing.text()).toContain('nothing was changed.');
    expect(await inbox()).toBe(UNREAD + 1);
    expect(await folders()).toEqual(['INBOX']);
    expect(world.sent).toEqual([]);
  });

  it('takes none where that is said, and asks nothing where it is a dry run or was told', async () => {
    start('--dry-run');
    expect(await typing.ended()).toBe(78);
    expect(typing.text()).not.toMatch(/What to do/);
    start();
    await typing.see(QUESTION);
    typing.type('none\r');
    expect(await typing.ended()).toBe(0);
    expect(await inbox()).toBe(UNREAD + 1);
    expect(world.sent).toEqual([]);
    start('--adopt=all');
    expect(await typing.ended()).toBe(0);
    expect(typing.text()).not.toMatch(/What to do/);
  });
});
