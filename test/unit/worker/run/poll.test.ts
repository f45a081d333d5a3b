/**
 * The poll on the nights when clocks change, with the real node-cron and a clock of the test's own. The timers of
 * node-cron 4.6.0 are silent for an hour when clocks go back, in the schedule's zone and in the process's, so both are
 * tried in two zones.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runLoop } from '../../../../src/worker/run/loop.js';
import { longestGapMs, longestSilenceMs, nextPoll, startPoll } from '../../../../src/worker/run/poll.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LOG = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

const CHANGES = [
  ['Europe/London', 'spring', '2026-03-29T01:00:00Z'],
  ['Europe/London', 'autumn', '2026-10-25T01:00:00Z'],
  ['America/New_York', 'spring', '2026-03-08T07:00:00Z'],
  ['America/New_York', 'autumn', '2026-11-01T06:00:00Z'],
] as const;

/** The zone of the process, then that of the schedule. */
const ZONES = CHANGES.flatMap(([zone, season, change]) => [
  { process: zone, schedule: zone, season, change },
  { process: zone, schedule: 'UTC', season, change },
  { process: 'UTC', schedule: zone, season, change },
  { process: 'Asia/Tokyo', schedule: zone, season, change },
]);

const before = process.env['TZ'];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

/** Every pass of a desk on a server without IDLE from `hours` before the change until as long after it. */
async function passesAround(
  change: string,
  schedule: { expression: string; timezone: string },
  hours: number,
): Promise<readonly number[]> {
  const at = new Date(change).getTime();
  vi.setSystemTime(at - hours * HOUR_MS - 500);
  const stop = new AbortController();
  const passes: number[] = [];
  const finished = runLoop({
    pass: () => Promise.resolve(passes.push(Date.now())),
    waitForMail: (signal) =>
      new Promise((fulfil) => {
        signal.addEventListener('abort', () => fulfil());
      }),
    schedule,
    signal: stop.signal,
    log: LOG,
  });
  await vi.advanceTimersByTimeAsync(2 * hours * HOUR_MS);
  stop.abort();
  await finished;
  expect(vi.getTimerCount()).toBe(0);
  return passes;
}

function longestBetween(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

describe('in the night when clocks change', () => {
  it.each(ZONES)(
    'a poll of every minute is never silent for long ($season, process in $process, schedule in $schedule)',
    async ({ process: own, schedule: timezone, change }) => {
      process.env['TZ'] = own;
      // The process has really changed its zone.
      const at = new Date(change);
      expect(at.toLocaleString('en')).toBe(at.toLocaleString('en', { timeZone: own }));
      const passes = await passesAround(change, { expression: '* * * * *', timezone }, 4);
      expect(longestBetween(passes)).toBeLessThanOrEqual(1.5 * MINUTE_MS);
      expect(passes.length).toBeLessThanOrEqual(8 * 60 + 5);
    },
    30_000,
  );

  it.each(ZONES)(
    'a poll of every hour skips none ($season, process in $process, schedule in $schedule)',
    async ({ process: own, schedule: timezone, change }) => {
      process.env['TZ'] = own;
      const passes = await passesAround(change, { expression: '0 * * * *', timezone }, 6);
      expect(longestBetween(passes)).toBeLessThanOrEqual(HOUR_MS + 2 * MINUTE_MS);
      expect(passes.length).toBeLessThanOrEqual(12 + 3);
    },
    30_000,
  );

  it('a time that does not exist in spring is made up for', async () => {
    const passes = await passesAround(
      '2026-03-29T01:00:00Z',
      { expression: '30 1 * * *', timezone: 'Europe/London' },
      60,
    );
    expect(longestBetween(passes)).toBeLessThanOrEqual(24 * HOUR_MS + 2 * MINUTE_MS);
  }, 30_000);
});

describe('on other days', () => {
  it.each([
    ['* * * * *', 60],
    ['*/20 * * * * *', 180],
    ['*/7 * * * *', 9],
    ['0 * * * *', 1],
  ])('it wakes at the times of %s and at no other', async (expression, times) => {
    vi.setSystemTime(new Date('2026-06-15T10:30:30Z'));
    const wakes: number[] = [];
    const stop = startPoll({ expression, timezone: 'Europe/London' }, () => wakes.push(Date.now()));
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    stop();
    expect(wakes).toHaveLength(times);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves a schedule of once a year alone', async () => {
    vi.setSystemTime(new Date('2026-06-15T10:30:30Z'));
    const wakes: number[] = [];
    const stop = startPoll({ expression: '0 0 1 1 *', timezone: 'UTC' }, () => wakes.push(Date.now()));
    await vi.advanceTimersByTimeAsync(60 * 24 * HOUR_MS);
    stop();
    expect(wakes).toEqual([]);
  });
});

describe('where many desks poll by one schedule', () => {
  /** When each of them looked, in milliseconds from the beginning of its minute. */
  async function looks(places: readonly number[], expression: string): Promise<readonly number[][]> {
    vi.setSystemTime(new Date('2026-06-15T10:30:30Z'));
    const seen: number[][] = places.map(() => []);
    const stops = places.map((place, at) =>
      startPoll({ expression, timezone: 'UTC', place }, () => seen[at]?.push(Date.now() % MINUTE_MS)),
    );
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    for (const stop of stops) stop();
    expect(vi.getTimerCount()).toBe(0);
    return seen;
  }

  it('each looks once in each minute that it names, always at its own moment, and few at once', async () => {
    const places = Array.from({ length: 1000 }, (_, at) => (at * 0.618) % 1);
    const seen = await looks(places, '* * * * *');
    expect(seen.every((times) => times.length >= 9 && new Set(times).size === 1)).toBe(true);
    const firsts = seen.map(([first = 0]) => first);
    expect(Math.max(...firsts)).toBeLessThan(MINUTE_MS);
    const inASecond = Array.from({ length: 60 }, (_, s) =>
      firsts.filter((ms) => Math.floor(ms / 1000) === s),
    );
    expect(Math.max(...inASecond.map(({ length }) => length))).toBeLessThanOrEqual(25);
    // Those of half a second look together.
    expect(new Set(firsts).size).toBeLessThanOrEqual(108);
  });

  it('a few of them look close to the beginning of the minute, and a single one at it', async () => {
    const few = await looks([0.1, 0.5, 0.9], '* * * * *');
    expect(Math.max(...few.flat())).toBeLessThan(200);
    expect(new Set((await looks([0.9], '* * * * *')).flat())).toEqual(new Set([0]));
  });

  it('a schedule that names seconds stays within its second', async () => {
    const places = Array.from({ length: 200 }, (_, at) => at / 200);
    const seen = await looks(places, '30 * * * * *');
    expect(seen.every((times) => times.length >= 9)).toBe(true);
    expect(seen.flat().every((ms) => ms >= 30_000 && ms < 31_000)).toBe(true);
  });

  it('one that leaves takes its look with it, and the others keep theirs', async () => {
    vi.setSystemTime(new Date('2026-06-15T10:30:00.500Z'));
    const seen: string[] = [];
    const schedule = { expression: '* * * * *', timezone: 'UTC' };
    const listen = (name: string, place: number): (() => void) =>
      startPoll({ ...schedule, place }, () => seen.push(name));
    // So many that the last ones look a second later.
    const others = Array.from({ length: 20 }, () => startPoll({ ...schedule, place: 0 }, () => undefined));
    const stops = ['a', 'b', 'c'].map((name) => listen(name, 0.99));
    await vi.advanceTimersByTimeAsync(59_700);
    stops[1]?.();
    await vi.advanceTimersByTimeAsync(MINUTE_MS + 1000);
    expect(seen).toEqual(['a', 'c', 'a', 'c']);
    stops[0]?.();
    stops[2]?.();
    for (const stop of others) stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

const DAY_MIN = 24 * 60;

it.each([
  ['* * * * *', 1],
  ['0 * * * *', 60],
  ['*/7 * * * *', 7],
  ['0 12 * * *', DAY_MIN],
  ['*/5 9-17 * * *', DAY_MIN - (8 * 60 + 55)],
  ['*/5 9-17 * * 1-5', 3 * DAY_MIN - (8 * 60 + 55)],
  ['0 0 * * 1', 7 * DAY_MIN],
  ['0 0 L * *', 31 * DAY_MIN],
  ['0 9 * * 1#2', 35 * DAY_MIN],
  ['0 0 1 1 *', 365 * DAY_MIN],
  ['0 0 29 2 *', 366 * DAY_MIN],
])('the times of %s are %i minutes apart at most', (expression, minutes) => {
  expect(longestGapMs(expression)).toBe(minutes * MINUTE_MS);
});

it('waits somewhat longer than the schedule before it calls it silent', () => {
  expect(longestSilenceMs('* * * * * *')).toBe(2000);
  expect(longestSilenceMs('* * * * *')).toBe(75_000);
  expect(longestSilenceMs('0 * * * *')).toBe(61 * MINUTE_MS);
});

it('knows when it is due next', () => {
  vi.setSystemTime(new Date('2026-06-15T10:30:30Z'));
  expect(nextPoll({ expression: '0 12 * * *', timezone: 'Europe/London' })?.toISOString()).toBe(
    '2026-06-15T11:00:00.000Z',
  );
});
