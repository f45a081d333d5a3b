/** What alerts tell of, when and how often, over passes of one desk. */
import { describe, expect, it } from 'vitest';
import type { AlertRule } from '../../src/desk/alerts/alert-rule.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { alerting, Receiver, rule, week } from './alert-world.js';
import { answer, growOld, matter, withTicket } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';

const JANE = 'jane@example.org';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Told {
  readonly world: DeskWorld;
  readonly receiver: Receiver;
  readonly desk: WorkingDesk;
  /** A pass of a process that lives on. */
  readonly pass: () => Promise<void>;
}

function watched(world: DeskWorld, ...rules: readonly AlertRule[]): Told {
  const receiver = new Receiver();
  const desk = alerting(world.desk(), { rules, line: receiver.line() });
  const pass = async (): Promise<void> => {
    await world.pass(desk);
    await desk.alertLine?.settle(1000);
  };
  return { world, receiver, desk, pass };
}

/** Live entries of alerts and tellings. */
function leftIn(world: DeskWorld): readonly string[] {
  return world.visible('register').flatMap(({ content, flags }) => {
    const kind = field(content.raw, 'X-Imapdesk-Entry') ?? '';
    return ['alert', 'telling'].includes(kind) && !flags.has('\\Answered') ? [kind] : [];
  });
}

describe('an alert', () => {
  it('tells of each ticket that is opened, written to and reopened, once', async () => {
    const { world, receiver, pass } = watched(await withTicket(), rule());
    world.server.deliver(matter({ from: 'bob@example.org', subject: 'Scanner' }));
    await pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1 }));
    await pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'close' }));
    await pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
    for (let passes = 0; passes < 4; passes += 1) await pass();
    expect(receiver.told()).toEqual(['night: new 2', 'night: update 1', 'night: reopened 1']);
    expect(receiver.messages[0]?.headline).toBe('Example Support: new ticket 2');
    expect(receiver.messages[0]?.details).toEqual([]);
    world.clock.advance(2 * HOUR_MS);
    await pass();
    expect(leftIn(world)).toEqual([]);
  });

  it('tells of nothing that staff write, that a program answers, or that is older than the desk', async () => {
    const world = await withTicket();
    const { receiver, pass } = watched(world, rule());
    world.server.deliver(answer(world, { by: 'steve@example.com', ticket: 1 }));
    world.server.deliver(matter({ from: JANE, subject: 'Away', lines: ['Auto-Submitted: auto-replied'] }));
    await pass();
    await pass();
    expect(receiver.told()).toEqual([]);
  });

  it('includes what people wrote only where it is told to', async () => {
    const including = rule({ name: 'all', include: new Set(['subject', 'sender', 'words']) });
    const { world, receiver, pass } = watched(new DeskWorld(), including, rule());
    await pass();
    world.server.deliver(matter({ from: 'Jane <jane@example.org>', subject: 'Printer' }));
    await pass();
    const [all, none] = receiver.messages;
    expect(all?.details.slice(0, 2)).toEqual(['Printer', 'Jane <jane@example.org>']);
    expect(all?.details[2]).toMatch(/\S/);
    expect(none?.details).toEqual([]);
    expect(world.log.filter(({ message }) => message.includes('Printer'))).toEqual([]);
  });

  it('tells inside its hours only, and never of what came outside them', async () => {
    const hours = {
      timezone: 'UTC',
      when: { side: 'outside' as const, week: week('Mon-Fri 10:00-17:00') },
      holidays: new Set<string>(),
      quiet: null,
    };
    const { world, receiver, pass } = watched(new DeskWorld(), rule({ hours }));
    await pass();
    // The model begins on a Monday at nine.
    world.server.deliver(matter({ from: JANE, subject: 'Early' }));
    await pass();
    world.clock.advance(2 * HOUR_MS);
    world.server.deliver(matter({ from: 'bob@example.org', subject: 'At work' }));
    await pass();
    world.clock.advance(8 * HOUR_MS);
    world.server.deliver(matter({ from: 'carl@example.org', subject: 'Late' }));
    await pass();
    await pass();
    expect(receiver.told()).toEqual(['night: new 1', 'night: new 3']);
  });

  it('keeps still in quiet hours, and tells all of it as one message when they are over', async () => {
    const hours = { timezone: 'UTC', when: null, holidays: new Set<string>(), quiet: week('09:00-12:00') };
    const { world, receiver, desk, pass } = watched(new DeskWorld(), rule({ hours }));
    await pass();
    for (const name of ['a', 'b', 'c']) {
      world.server.deliver(matter({ from: `${name}@example.org`, subject: name }));
      await pass();
      world.clock.advance(10 * MINUTE_MS);
    }
    await pass();
    expect(receiver.told()).toEqual([]);
    // A desk at rest wakes up for it.
    expect(new Date(desk.cache.waitsUntil ?? 0).toISOString()).toBe('2026-11-02T12:00:00.000Z');
    world.clock.advance(3 * HOUR_MS);
    await pass();
    await pass();
    expect(receiver.told()).toEqual(['night: new 1, new 2, new 3']);
    expect(receiver.messages[0]?.headline).toBe('Example Support: 3 events');
    expect(receiver.messages[0]?.details).toEqual(['new ticket 1', 'new ticket 2', 'new ticket 3']);
  });

  it('tells no more than its limit lets it, and the rest as one message once there is room', async () => {
    const { world, receiver, pass } = watched(
      new DeskWorld(),
      rule({ atMost: { count: 2, withinMs: HOUR_MS } }),
    );
    await pass();
    for (let number = 1; number <= 5; number += 1) {
      world.server.deliver(matter({ from: `${number}@example.org`, subject: `Matter ${number}` }));
      await pass();
      world.clock.advance(2 * MINUTE_MS);
    }
    expect(receiver.told()).toEqual(['night: new 1', 'night: new 2']);
    world.clock.advance(51 * MINUTE_MS);
    await pass();
    await pass();
    expect(receiver.told().slice(2)).toEqual(['night: new 3, new 4, new 5']);
  });

  it('makes one message of a flood', async () => {
    const { world, receiver, pass } = watched(new DeskWorld(), rule());
    await pass();
    for (let number = 1; number <= 30; number += 1)
      world.server.deliver(matter({ from: `${number}@example.org`, subject: `Matter ${number}` }));
    await pass();
    expect(receiver.messages).toHaveLength(1);
    expect(receiver.messages[0]?.events).toHaveLength(30);
    expect(receiver.messages[0]?.details.at(-1)).toBe('and 10 more');
  });

  it('tells once of a ticket that waits, until somebody answers and it waits again', async () => {
    const waiting = rule({ events: new Set(['waiting']), waitingMs: 4 * HOUR_MS });
    const { world, receiver, pass } = watched(await withTicket(), waiting);
    await pass();
    expect(receiver.told()).toEqual([]);
    world.clock.advance(4 * HOUR_MS);
    await pass();
    await pass();
    expect(receiver.told()).toEqual(['night: waiting 1']);
    // A second mail of hers is the same wait.
    world.server.deliver(answer(world, { by: JANE, ticket: 1 }));
    world.clock.advance(5 * HOUR_MS);
    await pass();
    await pass();
    expect(receiver.told()).toHaveLength(1);
    world.server.deliver(answer(world, { by: 'steve@example.com', ticket: 1 }));
    await pass();
    await pass();
    world.clock.advance(5 * HOUR_MS);
    await pass();
    expect(receiver.told()).toHaveLength(1);
    expect(leftIn(world)).toEqual([]);
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'thanks' }));
    await pass();
    world.clock.advance(5 * HOUR_MS);
    await pass();
    expect(receiver.told()).toEqual(['night: waiting 1', 'night: waiting 1']);
  });

  it('says nothing again, and leaves the desk at rest, where a ticket that waits is closed and opened by hand', async () => {
    const waiting = rule({ events: new Set(['waiting']), waitingMs: 4 * HOUR_MS });
    const { world, receiver, pass } = watched(await withTicket(), waiting);
    const move = async (from: string, to: string): Promise<void> => {
      const { store } = world.desk();
      await store.move(from, await store.search(from, { and: [] }), to);
      for (let passes = 0; passes < 3; passes += 1) await pass();
    };
    world.clock.advance(5 * HOUR_MS);
    await pass();
    await move(FOLDERS.open, FOLDERS.archived);
    world.clock.advance(2 * HOUR_MS);
    await move(FOLDERS.archived, FOLDERS.open);
    expect(receiver.told()).toEqual(['night: waiting 1']);
    const { uidNext } = await world.desk().store.state(FOLDERS.register);
    for (let passes = 0; passes < 4; passes += 1) await pass();
    expect((await world.desk().store.state(FOLDERS.register)).uidNext).toBe(uidNext);
    world.clock.advance(20 * 24 * HOUR_MS);
    await pass();
    expect(receiver.told()).toEqual(['night: waiting 1']);
    expect(leftIn(world)).toEqual(['alert']);
  });

  it('tells of a ticket that was closed and opened by hand before its wait could be told', async () => {
    const quiet = week('Mon-Sun 0:00-8:00');
    const hours = { timezone: 'UTC', when: null, holidays: new Set<string>(), quiet };
    const waiting = rule({ events: new Set(['waiting']), waitingMs: HOUR_MS, hours });
    const { world, receiver, pass } = watched(await withTicket(), waiting);
    const move = async (from: string, to: string): Promise<void> => {
      const { store } = world.desk();
      await store.move(from, await store.search(from, { and: [] }), to);
      for (let passes = 0; passes < 3; passes += 1) await pass();
    };
    const hour = world.clock.now().getUTCHours();
    world.clock.advance((25 - hour) * HOUR_MS);
    await pass();
    expect(leftIn(world)).toEqual(['alert']);
    await move(FOLDERS.open, FOLDERS.archived);
    await move(FOLDERS.archived, FOLDERS.open);
    world.clock.advance(10 * HOUR_MS);
    await pass();
    await pass();
    expect(receiver.told()).toEqual(['night: waiting 1']);
  });

  it('goes on with what was not taken, after longer and longer pauses, for a day', async () => {
    const { world, receiver, pass } = watched(new DeskWorld(), rule());
    await pass();
    receiver.answer = () => Promise.resolve({ kind: 'again', why: 'it is busy' });
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    const at: number[] = [];
    const start = world.clock.now().getTime();
    for (let minute = 0; minute < 26 * 60; minute += minute < 60 ? 1 : 10) {
      const before = receiver.messages.length;
      await pass();
      if (receiver.messages.length > before)
        at.push(Math.round((world.clock.now().getTime() - start) / MINUTE_MS));
      world.clock.advance(minute < 60 ? MINUTE_MS : 10 * MINUTE_MS);
    }
    const pauses = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
    for (const [index, pause] of pauses.entries())
      expect(pause).toBeGreaterThanOrEqual(Math.min(2 ** index, 60) - 1);
    expect(at.length).toBeGreaterThan(20);
    expect(at.length).toBeLessThan(40);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(1);
    expect(world.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the alert "night" was not taken: it is busy',
    ]);
  });

  it('is told again after silence only where its receiver knows it by its id', async () => {
    const { world, receiver, pass } = watched(
      new DeskWorld(),
      rule({ name: 'sms' }),
      rule({ name: 'hook', knowsIds: true }),
    );
    await pass();
    receiver.answer = () => Promise.resolve({ kind: 'unknown', why: 'no answer came' });
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await pass();
    receiver.answer = () => Promise.resolve({ kind: 'told', why: '' });
    for (let minute = 0; minute < 10; minute += 1) {
      await pass();
      world.clock.advance(MINUTE_MS);
    }
    expect(receiver.told()).toEqual(['sms: new 1', 'hook: new 1', 'hook: new 1']);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(2);
    expect(world.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the alert "sms" may not have been taken, and is not sent twice: no answer came',
    ]);
  });

  it('is left alone by another worker while it may still be answered, and taken for lost after that', async () => {
    const world = new DeskWorld();
    const one = watched(world, rule());
    await one.pass();
    one.receiver.answer = () => new Promise(() => undefined);
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await world.pass(one.desk);
    expect(one.receiver.told()).toEqual(['night: new 1']);
    const other = watched(world, rule());
    await other.pass();
    expect(leftIn(world)).toEqual(['telling']);
    expect(world.log.filter(({ level }) => level === 'error')).toEqual([]);
    world.clock.advance(3 * MINUTE_MS);
    await other.pass();
    await other.pass();
    expect(other.receiver.told()).toEqual([]);
    expect(world.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the alert "night" may not have been taken, and is not sent twice: the worker that sent it has ended',
    ]);
  });

  it('is told by the next worker where its receiver knows it, under the same id', async () => {
    const world = new DeskWorld();
    const hook = rule({ knowsIds: true });
    const one = watched(world, hook);
    await one.pass();
    one.receiver.answer = () => new Promise(() => undefined);
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await world.pass(one.desk);
    const other = watched(world, hook);
    for (let minute = 0; minute < 6; minute += 1) {
      await other.pass();
      world.clock.advance(MINUTE_MS);
    }
    expect(other.receiver.told()).toEqual(['night: new 1']);
    expect(other.receiver.messages[0]?.id).toBe(one.receiver.messages[0]?.id);
  });

  it.each(['alert', 'telling'])(
    'is not told again where a dead worker’s last command brings its %s once more, hours later',
    async (kind) => {
      const { world, receiver, pass } = watched(new DeskWorld(), rule());
      await pass();
      world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
      await pass();
      world.clock.advance(2 * HOUR_MS);
      await pass();
      const entry = world
        .visible('register')
        .find(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === kind);
      const raw = entry?.content.raw ?? Buffer.alloc(0);
      // It is none of the entries that every pass reads.
      await growOld(world);
      const flags = ['\\Seen', ...(kind === 'telling' ? ['\\Flagged', '\\Draft'] : [])];
      await world.server.connect(openGate).append(FOLDERS.register, [{ raw, flags }]);
      for (let passes = 0; passes < 3; passes += 1) await pass();
      expect(receiver.told()).toEqual(['night: new 1']);
      expect(leftIn(world)).toEqual([]);
    },
  );

  it('holds up no pass that it hangs in', async () => {
    const { world, receiver } = watched(new DeskWorld(), rule());
    receiver.answer = () => new Promise(() => undefined);
    const desk = alerting(world.desk(), { rules: [rule()], line: receiver.line() });
    await world.pass(desk);
    for (let number = 1; number <= 3; number += 1) {
      world.server.deliver(matter({ from: `${number}@example.org`, subject: `Matter ${number}` }));
      await world.pass(desk);
    }
    expect(world.tickets()).toEqual(['1 open', '2 open', '3 open']);
    expect(world.addressees('outbox')).toEqual([]);
    expect(receiver.told()).toEqual(['night: new 1', 'night: new 2', 'night: new 3']);
  });

  it('by mail is a letter to each address, once', async () => {
    const to = ['night@example.net', 'ann@example.net'];
    const { world, pass } = watched(
      new DeskWorld(),
      rule({ mail: { to, sms: null } }),
      rule({ name: 'sms', mail: { to: ['1555@sms.example'], sms: { subject: 'Desk' } } }),
    );
    await pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    for (let passes = 0; passes < 3; passes += 1) await pass();
    const alerts = world.post.sent.filter(({ envelope }) => /example\.net|sms\.example/.test(envelope.to));
    expect(alerts.map(({ envelope }) => envelope.to).toSorted()).toEqual([
      '1555@sms.example',
      'ann@example.net',
      'night@example.net',
    ]);
    for (const { raw } of alerts) expect(field(raw, 'Auto-Submitted')).toBe('auto-generated');
    const sms = alerts.find(({ envelope }) => envelope.to === '1555@sms.example');
    expect(field(sms?.raw ?? Buffer.alloc(0), 'Subject')).toBe('Desk');
    expect(sms?.raw.toString('latin1').split('\r\n\r\n')[1]).toBe('Example Support: new ticket 1\r\n');
    world.clock.advance(2 * HOUR_MS);
    await pass();
    expect(leftIn(world)).toEqual([]);
  });

  it('by mail tells nobody of their own mail: a gateway that answers each SMS gets no other for it', async () => {
    const gateway = '1555@sms.example';
    const mail = { to: [gateway], sms: { subject: 'Desk' } };
    const events = new Set(['new', 'update', 'reopened', 'waiting'] as const);
    const { world, receiver, pass } = watched(
      new DeskWorld(),
      rule({ mail, events }),
      rule({ name: 'chat' }),
    );
    await pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    for (let round = 0; round < 4; round += 1) {
      await pass();
      world.server.deliver(matter({ from: gateway, subject: `Delivered ${round}` }));
    }
    const sms = world.post.sent.filter(
      ({ envelope, raw }) => envelope.to === gateway && field(raw, 'Subject') === 'Desk',
    );
    expect(sms).toHaveLength(1);
    expect(receiver.told()).toEqual(['chat: new 1', 'chat: new 2', 'chat: new 3', 'chat: new 4']);
  });

  it('that the configuration has no more is told of nothing, and leaves nothing behind', async () => {
    const world = new DeskWorld();
    const quiet = { timezone: 'UTC', when: null, holidays: new Set<string>(), quiet: week('Mon-Sun') };
    const { pass } = watched(world, rule({ hours: quiet }));
    await pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await pass();
    expect(leftIn(world)).toEqual(['alert']);
    const { receiver, pass: later } = watched(world, rule({ name: 'other' }));
    await later();
    expect(receiver.told()).toEqual([]);
    expect(leftIn(world)).toEqual([]);
  });

  it('forgets after a week what it told', async () => {
    const { world, pass } = watched(new DeskWorld(), rule());
    await pass();
    const entries = () =>
      world
        .visible('register')
        .filter(({ content }) => ['alert', 'telling'].includes(field(content.raw, 'X-Imapdesk-Entry') ?? ''))
        .length;
    for (let day = 0; day < 20; day += 1) {
      world.server.deliver(matter({ from: `${day}@example.org`, subject: `Matter ${day}` }));
      await pass();
      await pass();
      world.clock.advance(24 * HOUR_MS);
    }
    await pass();
    expect(entries()).toBeLessThan(2 * 11);
    expect(entries()).toBeGreaterThan(2 * 7);
  });
});
