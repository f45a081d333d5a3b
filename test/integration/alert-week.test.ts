/**
 * A week in which the clocks change, played with a clock of our own: mail comes at every second hour, and a web server, an
 * SMS gateway and a program hear of exactly what comes outside office hours. What that is, is reckoned here by rule.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertsOf } from '../../src/config/alerts.js';
import { parseConfig } from '../../src/config/load.js';
import { openLine, ruleOf } from '../../src/worker/run/desk-alerts.js';
import { alerting } from '../model/alert-world.js';
import { answer, matter } from '../model/busy-day.js';
import { DeskWorld } from '../model/desk-world.js';
import { sample, sampleDesk } from '../unit/config/sample.js';
import { type Receiver, startReceiver, TWILIO, twilio } from './alert-receiver.js';

const HOUR_MS = 3_600_000;
const DAYS = 7;

interface Zone {
  readonly timezone: string;
  /** The first moment of the week, and the one at which clocks change in it; null if they do not. */
  readonly from: string;
  readonly change: string | null;
  /** Hours from UTC before the change and after it. */
  readonly before: number;
  readonly after: number;
}

const WEEKS: readonly Zone[] = [
  { timezone: 'Europe/Berlin', from: '2026-03-25T23:00Z', change: '2026-03-29T01:00Z', before: 1, after: 2 },
  { timezone: 'Europe/Berlin', from: '2026-10-21T22:00Z', change: '2026-10-25T01:00Z', before: 2, after: 1 },
  {
    timezone: 'America/New_York',
    from: '2026-03-05T05:00Z',
    change: '2026-03-08T07:00Z',
    before: -5,
    after: -4,
  },
  {
    timezone: 'America/New_York',
    from: '2026-10-29T04:00Z',
    change: '2026-11-01T06:00Z',
    before: -4,
    after: -5,
  },
  { timezone: 'Asia/Tokyo', from: '2026-03-26T15:00Z', change: null, before: 9, after: 9 },
];

let folder: string;
let hook: Receiver;
let gateway: Receiver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-week-'));
  hook = await startReceiver();
  gateway = await startReceiver(twilio);
});
afterEach(async () => {
  await hook.close();
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

/** Monday to Friday from ten to five, by what the wall shows. */
function isAtWork({ change, before, after }: Zone, at: Date): boolean {
  const offset = change !== null && at >= new Date(change) ? after : before;
  const wall = new Date(at.getTime() + offset * HOUR_MS);
  const [day, hour] = [wall.getUTCDay(), wall.getUTCHours()];
  return day >= 1 && day <= 5 && hour >= 10 && hour < 17;
}

function configOf({ timezone }: Zone) {
  const when = { outside: 'Mon-Fri 10:00-17:00' };
  const atMost = '100 in 1h';
  const alerts = [
    { name: 'hook', when, atMost, send: { webhook: { url: { env: 'HOOK' }, secret: { env: 'KEY' } } } },
    {
      name: 'sms',
      when,
      atMost,
      events: ['new'],
      send: { sms: { gateway: 'twilio', ...TWILIO, token: { env: 'TOKEN' }, url: gateway.url } },
    },
    {
      name: 'program',
      when: { inside: 'Mon-Fri 10:00-17:00' },
      atMost,
      send: { command: ['/bin/sh', '-c', 'echo "$IMAPDESK_EVENTS $IMAPDESK_TICKETS" >>told.txt'] },
    },
  ];
  return parseConfig(JSON.stringify(sample({ desks: [sampleDesk({ timezone })], alerts })), {
    path: join(folder, 'config.json'),
    env: { PATH: process.env['PATH'], HOOK: hook.url, KEY: 'the key', TOKEN: TWILIO.token },
  });
}

it.each(WEEKS)('each hears of exactly what is for it: $timezone from $from', async (zone) => {
  const config = configOf(zone);
  const [desk] = config.desks;
  if (desk === undefined) throw new TypeError('no desk');
  const world = new DeskWorld();
  world.clock.advance(new Date(zone.from).getTime() - world.clock.now().getTime());
  const log = { info: () => undefined };
  const alerts = alertsOf(config.alerts, desk);
  const line = openLine(alerts, { config, log, secrets: new Set(), now: world.clock.now });
  const rules = alerts.map((alert) => ruleOf(alert, desk));
  let worker = alerting(world.desk(), { rules, line });
  await world.pass(worker);
  const expected = { outside: new Set<string>(), inside: new Set<string>() };
  let tickets = 0;
  for (let hour = 0; hour < DAYS * 24; hour += 2) {
    const due = new Date(zone.from).getTime() + hour * HOUR_MS;
    world.clock.advance(due - world.clock.now().getTime());
    const isUpdate = hour % 6 === 4;
    if (isUpdate)
      world.server.deliver(answer(world, { by: 'jane@example.org', ticket: tickets, name: `a${hour}` }));
    else {
      tickets += 1;
      world.server.deliver(matter({ from: 'jane@example.org', subject: `Matter ${hour}` }));
    }
    await world.pass(worker);
    await line.settle(10_000);
    const where = isAtWork(zone, new Date(due + 10_000)) ? expected.inside : expected.outside;
    where.add(`${isUpdate ? 'update' : 'new'} ${tickets}`);
    // A restart a day: another process goes on.
    if (hour % 24 === 12) {
      await world.pass(worker);
      worker = alerting(world.desk(), { rules, line });
    }
  }
  await world.pass(worker);
  const events = hook.got.flatMap(({ body }): string[] => {
    const told: { events: { event: string; ticket: number }[] } = JSON.parse(body);
    return told.events.map(({ event, ticket }) => `${event} ${ticket}`);
  });
  expect(events.toSorted()).toEqual([...expected.outside].toSorted());
  const texts = gateway.got.map(({ body }) => new URLSearchParams(body).get('Body') ?? '');
  const opened = [...expected.outside].filter((event) => event.startsWith('new'));
  expect(texts.toSorted()).toEqual(
    opened.map((event) => `Example Support: ${event.replace('new', 'new ticket')}`).toSorted(),
  );
  const printed = (await readFile(join(folder, 'told.txt'), 'utf8')).trim().split('\n');
  expect(printed.toSorted()).toEqual([...expected.inside].toSorted());
  expect(expected.inside.size).toBeGreaterThan(10);
  expect(expected.outside.size).toBeGreaterThan(40);
});
