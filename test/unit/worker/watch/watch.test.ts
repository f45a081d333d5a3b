import { expect, it } from 'vitest';
import { Problem } from '../../../../src/problem/problem.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { Vitals } from '../../../../src/worker/run/vitals.js';
import { DeskAlarm } from '../../../../src/worker/watch/desk-alarm.js';
import { createLog } from '../../../../src/worker/watch/log.js';
import { ServiceManager } from '../../../../src/worker/watch/service-manager.js';
import { TroubleProgram } from '../../../../src/worker/watch/trouble.js';
import { Watch } from '../../../../src/worker/watch/watch.js';
import { AlertLine } from '../../../../src/worker/workplace/alert-line.js';
import { deskPolicy } from '../../desk/desk.js';

const MINUTE_MS = 60_000;

class RecordingNotifier extends ServiceManager {
  readonly said: string[] = [];
  readonly #watchdogMs: number | null;

  constructor(watchdogMs: number | null) {
    super({ env: {}, log: createLog({ level: 'error', format: 'json', terminal: false }) });
    this.#watchdogMs = watchdogMs;
  }

  override get watchdogMs(): number | null {
    return this.#watchdogMs;
  }

  override status(text: string): Promise<void> {
    this.said.push(text);
    return Promise.resolve();
  }

  override alive(): Promise<void> {
    this.said.push('alive');
    return Promise.resolve();
  }
}

class RecordingProgram extends TroubleProgram {
  readonly told: string[] = [];

  override tell(...[news, desk, condition]: Parameters<TroubleProgram['tell']>): Promise<void> {
    this.told.push(`${news} ${desk} ${condition?.code ?? 'nothing'}`);
    return Promise.resolve();
  }
}

/** A watch over one desk, with a clock in the test's hands. */
function bench(watchdogMs: number | null = MINUTE_MS) {
  const clock = { ms: new Date('2026-11-28T12:00:00Z').getTime() };
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    terminal: false,
    destination: { write: (line: string) => void lines.push(line) },
  });
  const vitals = new Vitals({
    desk: 'Example Support',
    schedule: { expression: '* * * * *', timezone: 'UTC' },
    traffic: new Traffic(),
    hold: false,
    now: () => new Date(clock.ms),
    clock: () => clock.ms,
  });
  const notifier = new RecordingNotifier(watchdogMs);
  const program = new RecordingProgram({
    onTrouble: { command: ['true'], afterMs: 5 * MINUTE_MS },
    config: { baseDir: '/', env: {}, secret: [], desks: [], alerts: [] },
    log,
  });
  const watch = new Watch({
    desks: () => [{ vitals, alarm: null }],
    log,
    notifier,
    trouble: { program, afterMs: 5 * MINUTE_MS },
    now: () => new Date(clock.ms),
    clock: () => clock.ms,
  });
  /** Looks as often as the watch does by itself, for so many minutes. */
  const look = (minutes: number): void => {
    for (const end = clock.ms + minutes * MINUTE_MS; clock.ms < end; clock.ms += 2000) watch.look();
  };
  return { vitals, notifier, program, lines, look };
}

it('says once that a pass hangs, gives no sign of life meanwhile, and has the program run', () => {
  const { vitals, notifier, program, lines, look } = bench();
  vitals.passBegins();
  look(10);
  expect(notifier.said.slice(0, 2)).toEqual(['the desk is at work', 'alive']);
  // By half of the watchdog's time, and not much more often.
  const alive = notifier.said.filter((said) => said === 'alive').length;
  expect(alive).toBeGreaterThanOrEqual(20);
  expect(alive).toBeLessThanOrEqual(24);
  look(5);
  notifier.said.length = 0;
  look(60);
  expect(notifier.said).toEqual([expect.stringMatching(/^out of order: Example Support: pass-hangs since /)]);
  expect(
    lines.filter((line) => line.includes('The desk hangs: the pass has shown no sign of life')),
  ).toHaveLength(1);
  expect(program.told).toEqual(['trouble Example Support pass-hangs']);
  vitals.passEnds();
  look(1);
  expect(notifier.said.slice(1)).toEqual(['the desk is at work', 'alive', 'alive', 'alive']);
  expect(program.told.slice(1)).toEqual(['works Example Support pass-hangs']);
});

it('says once that the loop stands still between two passes, gives no sign of life, and has the program run', () => {
  const { vitals, notifier, program, lines, look } = bench();
  vitals.passBegins();
  vitals.passEnds();
  look(16);
  expect(notifier.said).toContain('alive');
  expect(program.told).toEqual([]);
  look(1);
  expect(notifier.said.at(-1)).toMatch(/^out of order: Example Support: pass-overdue since /);
  notifier.said.length = 0;
  look(60);
  expect(notifier.said).toEqual([]);
  expect(lines.filter((line) => line.includes('The desk hangs: the loop stands still'))).toHaveLength(1);
  expect(program.told).toEqual(['trouble Example Support pass-overdue']);
  vitals.passBegins();
  vitals.passEnds();
  look(1);
  expect(notifier.said).toEqual(['the desk is at work', 'alive', 'alive', 'alive']);
  expect(program.told.slice(1)).toEqual(['works Example Support pass-overdue']);
});

it('gives signs of life while a server is down', () => {
  const { vitals, notifier, program, look } = bench();
  const fail = (): void => {
    vitals.passBegins();
    vitals.passFails(new Problem('imap-unreachable', 'down', { temporary: true }), 300_000);
  };
  fail();
  look(4);
  expect(program.told).toEqual([]);
  for (let tries = 0; tries < 4; tries += 1) {
    fail();
    look(5);
  }
  expect(notifier.said.filter((said) => said !== 'alive')).toEqual([
    'out of order: Example Support: imap-unreachable since 2026-11-28T12:00:00.000Z',
  ]);
  expect(notifier.said.filter((said) => said === 'alive').length).toBeGreaterThanOrEqual(48);
  expect(program.told).toEqual(['trouble Example Support imap-unreachable']);
});

it('gives none that nobody wants', () => {
  const { notifier, look } = bench(null);
  look(5);
  expect(notifier.said).toEqual(['the desk is at work']);
});

it('says of a trouble that an earlier worker has told that it is over only after a pass that went well', async () => {
  const clock = { ms: new Date('2026-11-28T12:00:00Z').getTime() };
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const vitals = new Vitals({
    desk: 'Example Support',
    schedule: { expression: '* * * * *', timezone: 'UTC' },
    traffic: new Traffic(),
    hold: false,
    now: () => new Date(clock.ms),
    clock: () => clock.ms,
  });
  const told: string[] = [];
  const alarm = new DeskAlarm({
    writer: deskPolicy(),
    rules: [
      {
        name: 'night',
        hours: { timezone: 'UTC', when: null, holidays: new Set(), quiet: null },
        events: new Set(['unhealthy', 'recovered']),
        atMost: { count: 6, withinMs: 60 * MINUTE_MS },
        waitingMs: 0,
        include: new Set(),
        mail: null,
        knowsIds: false,
        unhealthyAfterMs: 5 * MINUTE_MS,
      },
    ],
    line: new AlertLine({
      send: (_, { events }) => {
        told.push(...events.map(({ event }) => event));
        return Promise.resolve({ kind: 'told', why: '' });
      },
    }),
    notes: { read: () => Promise.resolve({ rung: ['night'] }), write: () => Promise.resolve() },
    log: { info: () => undefined, error: () => undefined },
  });
  await alarm.recall();
  const watch = new Watch({
    desks: () => [{ vitals, alarm }],
    log,
    notifier: new RecordingNotifier(null),
    trouble: null,
    now: () => new Date(clock.ms),
    clock: () => clock.ms,
  });
  const looks = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      watch.look();
      await Promise.resolve();
      clock.ms += MINUTE_MS;
    }
  };
  await looks(1);
  vitals.passBegins();
  await looks(1);
  vitals.passFails(new Problem('imap-unreachable', 'no answer', { temporary: true }), 1_000);
  await looks(10);
  expect(told).toEqual([]);
  vitals.passBegins();
  vitals.passed({ decided: new Map(), sent: 0, refused: 0, failed: 0, delivery: null, stopped: null });
  vitals.passEnds();
  await looks(1);
  expect(told).toEqual(['recovered']);
});

it('looks at a part of many desks at a time, and at each within ten seconds', () => {
  let looks = 0;
  class Counted extends Vitals {
    override health(): ReturnType<Vitals['health']> {
      looks += 1;
      return super.health();
    }
  }
  const clock = { ms: 0 };
  const desks = Array.from({ length: 1000 }, (_, index) => ({
    alarm: null,
    vitals: new Counted({
      desk: `desk${index}`,
      schedule: { expression: '* * * * *', timezone: 'UTC' },
      traffic: new Traffic(),
      hold: false,
      now: () => new Date(clock.ms),
      clock: () => clock.ms,
    }),
  }));
  const lines: string[] = [];
  const destination = { write: (line: string): void => void lines.push(line) };
  const log = createLog({ level: 'error', format: 'json', terminal: false, destination });
  const watch = new Watch({
    desks: () => desks,
    log,
    notifier: new RecordingNotifier(null),
    trouble: null,
    now: () => new Date(clock.ms),
    clock: () => clock.ms,
  });
  watch.look();
  expect(looks).toBe(1000);
  for (const { vitals } of desks) vitals.passBegins();
  clock.ms += 60 * MINUTE_MS;
  looks = 0;
  watch.look();
  expect(looks).toBe(200);
  expect(lines).toHaveLength(200);
  for (let more = 0; more < 4; more += 1) watch.look();
  expect(new Set(lines.map((line) => /desk\d+/.exec(line)?.[0])).size).toBe(1000);
});
