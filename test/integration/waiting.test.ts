/** `list --waiting` and `stats` on a real server, as programs and people get them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/terminal/cells.js';
import { sampleLetter } from '../bench/sample-letter.js';
import { hasTerminals } from './mutt-terminal.js';
import { typeAt } from './typing.js';
import {
  type ConfigFile,
  deskConfig,
  main,
  type Ran,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  writeConfig,
} from './world.js';

const COLUMNS = 60;
const WIDE = '山田さんの請求書についての長い長い件名です、どうぞよろしくお願いいたします';

const terminals = await hasTerminals();
let world: TestWorld;
let config: ConfigFile;
const begins = new Date();

beforeAll(async () => {
  world = await startWorld();
  config = await writeConfig({ ...deskConfig(world, { timezone: 'Europe/Berlin' }), log: {} });
  expect(await desk(['list', '--waiting'])).toMatchObject({ code: 0, stdout: 'Nobody waits.\n' });
  expect((await desk(['once'])).code).toBe(0);
  for (const name of ['answered', 'closed', 'waits']) await world.deliver('support', sampleLetter({ name }));
  const raw = [
    'From: =?utf-8?q?Jane=1B[31m_Roe?= <jane@example.com>',
    'To: support@example.com',
    `Subject: =?utf-8?b?${Buffer.from(WIDE).toString('base64')}?=`,
    'Message-ID: <wide@example.com>',
    '',
    'Hello.',
    '',
  ];
  await world.deliver('support', Buffer.from(raw.join('\r\n')));
  expect((await desk(['once'])).code).toBe(0);
  expect((await desk(['reply', '1'], 'Here is the answer.\n')).code).toBe(0);
  expect((await desk(['reply', '2', '--close'], 'Done.\n')).code).toBe(0);
});
afterAll(async () => {
  await world.stop();
  await config.remove();
});

async function desk(args: readonly string[], stdin = ''): Promise<Ran> {
  const found = await runDesk([...args, '-c', config.path], { stdin, env: { LC_ALL: 'C.UTF-8' } });
  expect(found.stderr).toBe('');
  return found;
}

function objects(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('list --waiting', () => {
  it('tells programs who waits, since when, and who wrote last', async () => {
    const told = objects((await desk(['list', '--waiting', '--json'])).stdout);
    expect(told.map(({ ticket }) => ticket)).toEqual([3, 4]);
    const [, wide] = told;
    expect(wide).toEqual({
      desk: 'Example Support',
      ticket: 4,
      subject: WIDE,
      requester: 'jane@example.com',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      waitingSeconds: expect.any(Number),
      lastFrom: 'jane@example.com',
      lastName: expect.stringContaining('Jane'),
      lastAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(new Date(String(wide?.['since'])).getTime()).toBeGreaterThanOrEqual(begins.getTime() - 1000);
  });

  it.skipIf(!terminals)('is cut to the width of a terminal by cells, and gives it no orders', async () => {
    const command = [
      'sh',
      '-c',
      `stty cols ${COLUMNS}; exec "$@"`,
      'sh',
      process.execPath,
      main,
      'list',
      '--waiting',
      '-c',
      config.path,
    ];
    const typing = typeAt(command, { env: { LC_ALL: 'C.UTF-8' }, cwd: config.folder });
    expect(await typing.ended()).toBe(0);
    const lines = typing.raw().replaceAll('\r', '').trimEnd().split('\n');
    expect(lines[0]).toMatch(/^TICKET +WAITING +LAST FROM +SUBJECT$/);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^ +4 +\d+ seconds?  Jane.*山田さん.*…$/);
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(COLUMNS);
    expect(typing.raw()).not.toContain('\x1b');
  });
});

describe('stats', () => {
  it('tells programs the figures of a span, in the zone of the desk', async () => {
    const [told] = objects((await desk(['stats', '--since', '1d', '--json'])).stdout);
    expect(told).toMatchObject({
      desk: 'Example Support',
      timezone: 'Europe/Berlin',
      opened: 4,
      closed: 1,
      reopened: 0,
      open: 3,
      openByAge: [
        { underDays: 1, tickets: 3 },
        { underDays: 3, tickets: 0 },
        { underDays: 7, tickets: 0 },
        { underDays: 30, tickets: 0 },
        { underDays: null, tickets: 0 },
      ],
      firstAnswer: { tickets: 2, medianSeconds: expect.any(Number), ninetiethSeconds: expect.any(Number) },
      toClose: { tickets: 1 },
    });
    expect(told?.['firstAnswer']).toMatchObject({
      byTime: [
        { underSeconds: 900, tickets: 2 },
        { underSeconds: 3600, tickets: 0 },
        { underSeconds: 14_400, tickets: 0 },
        { underSeconds: 86_400, tickets: 0 },
        { underSeconds: 259_200, tickets: 0 },
        { underSeconds: null, tickets: 0 },
      ],
    });
    const hours = told?.['hours'] as readonly number[];
    const berlin = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: 'numeric',
      hourCycle: 'h23',
    });
    const arrived = (await readFolder(world, 'support', 'Tickets/Open')).length;
    expect(arrived).toBeGreaterThan(3);
    const possible = new Set([begins, new Date()].map((at) => Number(berlin.format(at))));
    expect(hours.reduce((sum, each) => sum + each, 0)).toBe(4);
    expect(hours.flatMap((each, hour) => (each > 0 && !possible.has(hour) ? [hour] : []))).toEqual([]);
  });

  it('shows people the same with small plots, in ASCII where nothing else is shown', async () => {
    const shown = (await desk(['stats'])).stdout;
    expect(shown).toMatch(/^Example Support, from \d{4}-\d\d-\d\d \d\d:\d\d to .* \(Europe\/Berlin\)\n/);
    expect(shown).toMatch(/^ {2}opened {8}4$/m);
    expect(shown).toMatch(
      /^ {2}first answer {2}median \d+ seconds?, nine of ten within \d+ seconds? \(2 tickets\)$/m,
    );
    expect(shown).toMatch(/^ {4}under 1 day {6}3 █+$/m);
    expect(shown).toMatch(/^ {2}busiest hour .* of 4 messages from customers$/m);
    const plain = await runDesk(['stats', '-c', config.path], { env: { LC_ALL: 'C' } });
    expect(plain.stdout).toMatch(/^[\n -~]*$/);
    expect(plain.stdout).toMatch(/^ {4}under 1 day {6}3 #+$/m);
  });

  it('knows nothing of what came later, or before', async () => {
    const [told] = objects(
      (await desk(['stats', '--since', '2020-01-01', '--until', '2020-02-01T00:00:00Z', '--json'])).stdout,
    );
    expect(told).toMatchObject({
      since: '2019-12-31T23:00:00.000Z',
      until: '2020-02-01T00:00:00.000Z',
      opened: 0,
      closed: 0,
      open: 0,
      firstAnswer: { tickets: 0, medianSeconds: null, ninetiethSeconds: null },
    });
  });

  it.each([
    ['--since', 'yesterday'],
    ['--since', '2026-02-30'],
    ['--until', '2026-01-01T10:00'],
    ['--until', '2020-01-01'],
  ])('refuses %s %s', async (option, value) => {
    const found = await runDesk(['stats', option, value, '-c', config.path]);
    expect(found).toMatchObject({ code: 64, stdout: '' });
    expect(found.stderr).toContain(option);
  });
});
