/** The program of `onTrouble`, with real ones; and when it is run. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/config/load.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { Vitals } from '../../../../src/worker/run/vitals.js';
import type { Condition } from '../../../../src/worker/run/worker-state.js';
import { conditionOf, TroubleBell, TroubleProgram } from '../../../../src/worker/watch/trouble.js';
import { sample, sampleDesk } from '../../config/sample.js';

const WRONG: Condition = {
  code: 'imap-unreachable',
  message: 'No connection; $(touch owned) "quoted"',
  since: '2026-11-28T12:00:00.000Z',
  needsPerson: false,
};
const at = (seconds: number): Date => new Date(new Date(WRONG.since).getTime() + seconds * 1000);

describe('the bell', () => {
  it('rings once after the time, and once when it is over', () => {
    const bell = new TroubleBell(60_000);
    expect([0, 59, 60, 61, 999].map((seconds) => bell.look(WRONG, at(seconds)))).toEqual([
      null,
      null,
      'trouble',
      null,
      null,
    ]);
    expect([bell.look(null, at(1000)), bell.look(null, at(1001))]).toEqual(['works', null]);
    const later = { ...WRONG, since: at(2000).toISOString() };
    expect([2000, 2059, 2060].map((seconds) => bell.look(later, at(seconds)))).toEqual([
      null,
      null,
      'trouble',
    ]);
  });

  it('says nothing of trouble that passed in time, and counts one that changes its reason as one', () => {
    const bell = new TroubleBell(60_000);
    bell.look(WRONG, at(50));
    expect(bell.look(null, at(55))).toBeNull();
    const again = { ...WRONG, since: at(56).toISOString() };
    expect(bell.look(again, at(100))).toBeNull();
    const other = { ...WRONG, code: 'smtp-unusable-connection', since: at(110).toISOString() };
    expect(bell.look(other, at(116))).toBe('trouble');
  });

  it('hears of passes that fail or hang, and of mail that cannot leave', () => {
    const vitals = new Vitals({
      desk: 'Example Support',
      schedule: { expression: '* * * * *', timezone: 'UTC' },
      traffic: new Traffic(),
      hold: false,
    });
    const state = vitals.state();
    const sending = { ...WRONG, code: 'smtp-unusable-connection' };
    const hangsSince = WRONG.since;
    expect(conditionOf(state)).toBeNull();
    expect(conditionOf({ ...state, delivery: sending })).toBe(sending);
    expect(conditionOf({ ...state, delivery: sending, hangsSince })).toMatchObject({
      code: 'pass-hangs',
      since: WRONG.since,
    });
    expect(conditionOf({ ...state, delivery: sending, hangsSince, trouble: WRONG })).toBe(WRONG);
  });
});

describe('the program', () => {
  let folder: string;
  let logged: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-trouble-'));
    logged = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const note =
    (level: string) =>
    (...args: unknown[]): void =>
      void logged.push(`${level}: ${String(args.at(-1))}`);

  /** A program of one script, told of a desk whose password comes from the environment. */
  async function program(script: string, timeoutMs = 20_000): Promise<TroubleProgram> {
    await writeFile(join(folder, 'told.sh'), script);
    const imap = { host: 'imap.example.com', user: 'u', password: { env: 'DESK_PASSWORD' } };
    const written = sample({
      desks: [sampleDesk({ imap })],
      onTrouble: { command: ['/bin/sh', 'told.sh', 'an argument'], afterSeconds: 1 },
    });
    const env = { PATH: process.env['PATH'], DESK_PASSWORD: 'hunter2', PAGER: 'yes', NOTIFY_SOCKET: '@x' };
    const config = parseConfig(JSON.stringify(written), { path: join(folder, 'config.json'), env });
    const { onTrouble } = config;
    if (onTrouble === null) throw new Error('no onTrouble');
    return new TroubleProgram({
      onTrouble,
      config,
      log: { info: note('info'), error: note('error') },
      timeoutMs,
    });
  }

  it('is told what has happened by its environment, and sees no secret', async () => {
    const told = await program(
      'env | sort >>told.txt; echo "arguments: $*" >>told.txt; echo noise; echo noise >&2',
    );
    await told.tell('trouble', 'Example Support', WRONG);
    const lines = (await readFile(join(folder, 'told.txt'), 'utf8')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'IMAPDESK_DESK=Example Support',
        'IMAPDESK_STATE=trouble',
        'IMAPDESK_CODE=imap-unreachable',
        'IMAPDESK_MESSAGE=No connection; $(touch owned) "quoted"',
        'IMAPDESK_SINCE=2026-11-28T12:00:00.000Z',
        'PAGER=yes',
        'arguments: an argument',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/hunter2|NOTIFY_SOCKET/);
    expect(logged).toEqual(['info: the program of onTrouble was run']);
  });

  it('is run for one piece of news after the other', async () => {
    const told = await program(
      'echo "$IMAPDESK_STATE begins" >>told.txt; echo "$IMAPDESK_STATE ends" >>told.txt',
    );
    await Promise.all([told.tell('trouble', 'd', WRONG), told.tell('works', 'd', WRONG)]);
    expect(await readFile(join(folder, 'told.txt'), 'utf8')).toBe(
      'trouble begins\ntrouble ends\nworks begins\nworks ends\n',
    );
  });

  it.each([
    ['exits with 3', 'exit 3', /has failed: it ended with exit code 3$/],
    ['dies', 'kill -9 $$', /has failed: it ended with SIGKILL$/],
  ])('is told of in the log if it %s', async (_, script, said) => {
    await (await program(script)).tell('trouble', 'd', WRONG);
    expect(logged).toEqual([expect.stringMatching(said)]);
  });

  it('is ended with all that it has started when it takes too long', async () => {
    const told = await program('sleep 600 & echo $! >child.txt; wait', 500);
    await told.tell('trouble', 'd', WRONG);
    expect(logged).toEqual([
      'error: the program of onTrouble has failed: it was ended, since it took too long',
    ]);
    const child = Number(await readFile(join(folder, 'child.txt'), 'utf8'));
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('may be missing', async () => {
    const told = await program('');
    await rm(folder, { recursive: true });
    await told.tell('trouble', 'd', WRONG);
    expect(logged).toEqual(['error: the program of onTrouble has failed: it could not be started (ENOENT)']);
  });
});

/** A process that has ended and was not waited for yet counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return !(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).includes(') Z ');
  } catch {
    return false;
  }
}
