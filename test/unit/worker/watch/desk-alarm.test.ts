/** Alerts about a desk itself: once for each trouble, in the alert's hours, and its end to whoever heard of it. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/desk/alerts/outcome.js';
import { parseWeek } from '../../../../src/hours/week.js';
import { type AlarmRule, DeskAlarm } from '../../../../src/worker/watch/desk-alarm.js';
import { AlertLine } from '../../../../src/worker/workplace/alert-line.js';
import { deskPolicy } from '../../desk/desk.js';

const MINUTE_MS = 60_000;
const RULE: AlarmRule = {
  name: 'night',
  hours: { timezone: 'UTC', when: null, holidays: new Set(), quiet: null },
  events: new Set(['unhealthy', 'recovered']),
  atMost: { count: 6, withinMs: 60 * MINUTE_MS },
  waitingMs: 0,
  include: new Set(),
  mail: null,
  knowsIds: false,
  unhealthyAfterMs: 15 * MINUTE_MS,
};

class World {
  readonly told: string[] = [];
  readonly ids: string[] = [];
  answer: Outcome = { kind: 'told', why: '' };
  notes: unknown = null;
  now = new Date('2026-06-01T16:00:00Z');
  #alarm: DeskAlarm;
  #since: string | null = null;
  readonly #rule: AlarmRule;

  constructor(changes: Partial<AlarmRule> = {}) {
    this.#rule = { ...RULE, ...changes };
    this.#alarm = this.#open();
  }

  #open(): DeskAlarm {
    return new DeskAlarm({
      writer: deskPolicy(),
      rules: [this.#rule],
      line: new AlertLine({
        send: async (_, message) => {
          this.told.push(message.headline);
          this.ids.push(message.id);
          return this.answer;
        },
      }),
      notes: {
        read: async () => this.notes,
        write: async (_, value) => {
          this.notes = value;
        },
      },
      log: { info: () => undefined, error: () => undefined },
    });
  }

  async restart(): Promise<void> {
    this.#alarm = this.#open();
    await this.#alarm.recall();
  }

  /** So many minutes, in which the desk is as it is. */
  async pass(minutes: number, isWell: boolean): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.#since = isWell ? null : (this.#since ?? this.now.toISOString());
      const condition =
        this.#since === null
          ? null
          : { code: 'imap-unreachable', message: 'no', since: this.#since, needsPerson: false };
      this.#alarm.look(condition, this.now);
      await Promise.resolve();
      this.now = new Date(this.now.getTime() + MINUTE_MS);
      await new Promise((done) => setImmediate(done));
    }
  }
}

const DOWN = 'Example Support: out of order (imap-unreachable)';
const UP = 'Example Support: works again';

describe('a desk that is out of order', () => {
  it('is told of once it has lasted, and once it works again', async () => {
    const world = new World();
    await world.pass(10, false);
    await world.pass(5, true);
    expect(world.told).toEqual([]);
    await world.pass(60, false);
    expect(world.told).toEqual([DOWN]);
    await world.pass(60, true);
    expect(world.told).toEqual([DOWN, UP]);
  });

  it('is told of when the hours of the alert begin, if it is still so', async () => {
    const when = { side: 'outside', week: parseWeek('Mon-Fri 10:00-17:00') ?? [] } as const;
    const world = new World({ hours: { ...RULE.hours, when } });
    await world.pass(59, false);
    expect(world.told).toEqual([]);
    await world.pass(3, false);
    expect(world.told).toEqual([DOWN]);
  });

  it('is told of after the quiet hours, and so is its end', async () => {
    const world = new World({ hours: { ...RULE.hours, quiet: parseWeek('16:10-16:30, 17:00-17:30') } });
    await world.pass(29, false);
    expect(world.told).toEqual([]);
    await world.pass(36, false);
    expect(world.told).toEqual([DOWN]);
    await world.pass(20, true);
    expect(world.told).toEqual([DOWN]);
    await world.pass(20, true);
    expect(world.told).toEqual([DOWN, UP]);
  });

  it('is told of once, though the worker is started anew', async () => {
    const world = new World();
    await world.pass(20, false);
    await world.restart();
    await world.pass(60, false);
    expect(world.told).toEqual([DOWN]);
    await world.restart();
    await world.pass(5, true);
    expect(world.told).toEqual([DOWN, UP]);
    await world.restart();
    await world.pass(60, true);
    expect(world.told).toEqual([DOWN, UP]);
  });

  it('is told of again and again until somebody takes it, and not any more once it is over', async () => {
    const world = new World();
    world.answer = { kind: 'again', why: 'busy' };
    await world.pass(15 + 40, false);
    expect(world.told.length).toBeGreaterThan(3);
    expect(world.told.length).toBeLessThan(10);
    expect(new Set(world.ids).size).toBe(1);
    const before = world.told.length;
    world.answer = { kind: 'told', why: '' };
    await world.pass(120, true);
    expect(world.told.length).toBe(before);
  });

  it('is no matter of an alert that asks for neither, and of one that goes by mail', async () => {
    for (const changes of [
      { events: new Set(['new'] as const) },
      { mail: { to: ['a@example.com'], sms: null } },
    ] satisfies Partial<AlarmRule>[]) {
      const world = new World(changes);
      await world.pass(60, false);
      expect(world.told).toEqual([]);
    }
  });
});
