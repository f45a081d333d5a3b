/** `once` and `run` at a terminal: a line for each decision, a bar below them while there is much to do, one line for an outage. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/terminal/cells.js';
import { sampleLetter } from '../bench/sample-letter.js';
import { Screen } from '../unit/terminal/screen.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { hasTerminals } from './mutt-terminal.js';
import { type Typing, typeAt } from './typing.js';
import {
  type ConfigFile,
  deskConfig,
  main,
  runDesk,
  startWorld,
  type TestWorld,
  until,
  writeConfig,
} from './world.js';

const MANY = 60;
const COLUMNS = 100;
const NARROW = 50;
const UTF8 = { LC_ALL: 'C.UTF-8' };
/** What a bar was written as. */
const BARS = /[█░]{8,} [^\r\x1b]*\r/g;
/** Orders to a terminal: ED, and colours. */
const OURS = /\x1b\[(?:J|\d+m)/g;

let world: TestWorld;
let config: ConfigFile;
let proxy: ImapProxy;
let away = false;
let typing: Typing | null = null;

beforeAll(async () => {
  world = await startWorld();
  proxy = await startProxy(world.imap.port, {
    answer: (line) => {
      const [, tag] = /^(\S+) (?:LOGIN|AUTHENTICATE)\b/i.exec(line) ?? [];
      return away && tag !== undefined ? `${tag} NO [UNAVAILABLE] Come back later.\r\n` : null;
    },
  });
  const { support } = world.accounts;
  const imap = {
    host: '127.0.0.1',
    port: proxy.port,
    security: 'none',
    user: support.user,
    password: support.password,
  };
  config = await writeConfig({ ...deskConfig(world, { imap }), log: {} });
  expect((await runDesk(['once', '-c', config.path])).code).toBe(0);
});
afterEach(() => {
  away = false;
  typing?.child.kill('SIGKILL');
});
afterAll(async () => {
  await proxy.close();
  await world.stop();
  await config.remove();
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = UTF8): Typing {
  const sized = ['sh', '-c', `stty cols ${COLUMNS} rows 30; exec "$@"`, 'sh'];
  typing = typeAt([...sized, process.execPath, main, ...args, '-c', config.path], {
    env: { NO_COLOR: '', ...env },
    cwd: config.folder,
  });
  return typing;
}

async function write(count: number, name: string): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await world.deliver('support', sampleLetter({ name: `${name}-${index}` }));
}

/** What is left on the screen when all is over. */
function rowsOf(raw: string): readonly string[] {
  const screen = new Screen(Number.POSITIVE_INFINITY);
  screen.write(raw);
  return screen.rows.filter((row) => row !== '');
}

/** The terminal that a child of ours works in, by what it has open. */
function terminalOf(pid: number): string {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  for (const child of children.split(/\s+/).filter((one) => one !== ''))
    for (const fd of readdirSync(`/proc/${child}/fd`)) {
      const name = readlinkSync(`/proc/${child}/fd/${fd}`);
      if (name.startsWith('/dev/pts/')) return name;
    }
  throw new Error(`no terminal of process ${pid}`);
}

describe.skipIf(!(await hasTerminals()))('at a terminal', () => {
  it('once tells each decision in a line, with a bar below that fits and is gone in the end', async () => {
    await write(MANY, 'many');
    let taken = 0;
    world.smtpRefuse(({ stage }) => {
      if (stage !== 'data') return null;
      taken += 1;
      // As if somebody had made the window narrower.
      if (taken === 10)
        execFileSync('stty', ['-F', terminalOf(typing?.child.pid ?? 0), 'cols', String(NARROW)]);
      return null;
    });
    const once = start(['once']);
    expect(await once.ended()).toBe(0);
    world.smtpRefuse(() => null);
    const rows = rowsOf(once.raw());
    expect(rows.slice(0, MANY).map((row) => row.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual(
      Array.from(
        { length: MANY },
        (_, index) =>
          `new: ticket ${index + 1} (it names no ticket, so it opens one; the sender is acknowledged)`,
      ),
    );
    expect(rows.slice(MANY).map((row) => row.slice(9))).toEqual([
      `the pass is done (decided ${MANY}; sent ${3 * MANY}; refused 0)`,
    ]);
    const bars = (once.raw().match(BARS) ?? []).map((bar) => bar.slice(0, -1));
    expect(bars[0]).toContain(`filing 0 of ${MANY}`);
    expect(bars.some((bar) => bar.includes(`of ${3 * MANY}`))).toBe(true);
    const cells = bars.map((bar) => cellsOf(bar));
    expect(Math.max(...cells)).toBeLessThan(COLUMNS);
    expect(cells.at(-1)).toBeLessThan(NARROW);
    expect(once.raw()).toContain('\x1b[32mnew\x1b[39m');
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['NO_COLOR', [], { ...UTF8, NO_COLOR: '1' }, /\x1b\[\d+m/],
    ['a dumb terminal', [], { ...UTF8, TERM: 'dumb' }, /\x1b/],
    ['no UTF-8', [], { LC_ALL: 'C' }, /[^\r\n\x1b -~]/],
    ['--quiet', ['--quiet'], UTF8, /[^]/],
  ])('%s is kept to', async (_what, args, env, never) => {
    await write(2, `kept-to-${args.length}-${JSON.stringify(env)}`.replaceAll(/\W+/g, ''));
    const once = start(['once', ...args], env);
    expect(await once.ended()).toBe(0);
    expect(once.raw()).not.toMatch(never);
    if (args.length === 0) expect(rowsOf(once.raw())).toHaveLength(3);
  });

  it('a subject and a name give it no orders', async () => {
    const hostile = '=?utf-8?q?=1B]0;mine=07=1B[2J=C2=9B31m=E2=80=AEevil=0D=0Aforged?=';
    const raw = [
      `From: ${hostile} <jane@example.com>`,
      'To: support@example.com',
      `Subject: ${hostile}`,
      'Message-ID: <hostile@example.com>',
      '',
      'Hello.',
      '',
    ];
    await world.deliver('support', Buffer.from(raw.join('\r\n')));
    const once = start(['once', '-vv']);
    expect(await once.ended()).toBe(0);
    expect(once.raw()).toContain('evil');
    const list = start(['list']);
    expect(await list.ended()).toBe(0);
    expect(list.raw()).toContain('evil');
    for (const shown of [once.raw(), list.raw()])
      expect(shown.replaceAll(OURS, '')).not.toMatch(/[\x1b\x07\x9b\u202e]/);
  });

  it('run tells of an outage in one line, and in another when it is over', async () => {
    const run = start(['run']);
    await run.see(/imapdesk is at work/);
    await write(1, 'before');
    await run.see(/new: ticket \d+/);
    const from = proxy.lines.length;
    away = true;
    proxy.cut();
    const tries = (): number =>
      proxy.lines.slice(from).filter((line) => / (?:LOGIN|AUTHENTICATE)\b/i.test(line)).length;
    await until('three attempts', () => Promise.resolve(tries() >= 3 ? true : null));
    away = false;
    await run.see(/The desk works again, after \d+ seconds\./);
    run.child.kill('SIGTERM');
    await run.ended();
    const since = rowsOf(run.raw()).map((row) => row.slice(9));
    const begins = since.findIndex((row) => row.startsWith('new: '));
    expect(since.slice(begins + 1, begins + 3)).toEqual([
      expect.stringMatching(/^WARN: The desk does not work, and tries again until it does: \S/),
      expect.stringMatching(/^The desk works again, after \d+ seconds\.$/),
    ]);
  });
});
