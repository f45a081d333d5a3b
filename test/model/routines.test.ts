/**
 * What the desk does by itself at a time of the day: once on each of its days, on days on which clocks change as on others, however
 * often the desk is looked at and whatever befalls the worker.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../src/hours/local-time.js';
import { parseWeek } from '../../src/hours/week.js';
import { Rest } from '../../src/worker/run/rest.js';
import { ClaimedElsewhere } from '../../src/worker/workplace/claim.js';
import { noCache } from '../../src/worker/workplace/local-cache.js';
import { plans } from './arbitraries.js';
import { passAs } from './claimed-pass.js';
import { smtpLost } from './desk-world.js';
import { field } from './message-text.js';
import { ANN, DIGEST, decoded, JANE, Office, STEVE, times } from './office.js';
import { answerTo, letter } from './sample-mail.js';
import { type Plan, Scheduler } from './scheduler.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The moments of the desk's clock at which a digest came, looking every half hour for so many days. */
async function played(office: Office, days: number): Promise<readonly string[]> {
  const rest = new Rest({ about: 'configuration', build: 'this build', cache: noCache });
  const desk = office.desk();
  const moments: string[] = [];
  let passes = 0;
  for (let step = 0; step < days * 48; step += 1) {
    office.world.clock.advance(30 * MINUTE_MS);
    office.world.lookAway();
    if ((await rest.outcome(desk)) === null) {
      passes += 1;
      await rest.passed(desk, await office.world.pass(desk));
    }
    const { date, weekday, minutes } = localTime(office.world.clock.now(), office.policy.timezone);
    const fresh = office.told('figures-digest').length - moments.length;
    for (let one = 0; one < fresh; one += 1)
      moments.push(`${date} ${weekday} ${Math.floor(minutes / 60)}:${minutes % 60 < 30 ? '00' : '30'}`);
  }
  // A desk at rest is not looked at each time.
  expect(passes).toBeLessThan(days * 12);
  return moments;
}

describe('a fortnight', () => {
  it.each([
    ['Europe/Berlin', '2026-03-22T21:00:10Z', '2026-03-23'],
    ['Europe/Berlin', '2026-10-18T21:00:10Z', '2026-10-19'],
    ['America/New_York', '2026-03-02T05:00:10Z', '2026-03-02'],
    ['Australia/Lord_Howe', '2026-03-29T13:00:10Z', '2026-03-30'],
  ])(
    'in %s from %s on has a digest on each working day, and none on others',
    async (timezone, from, first) => {
      const office = await Office.begin(from, { timezone, digest: times('Mon-Fri 08:00') });
      const expected = Array.from({ length: 14 }, (_, day) => new Date(Date.parse(first) + day * DAY_MS))
        .filter((day) => day.getUTCDay() % 6 !== 0)
        .map((day) => `${day.toISOString().slice(0, 10)} ${day.getUTCDay() - 1} 8:00`);
      expect(await played(office, 14)).toEqual(expected);
      expect(office.told('figures-digest', ANN)).toHaveLength(expected.length);
    },
  );

  it.each([
    ['2026-03-22T23:00:10Z', '2026-03-23', { '2026-03-29': '3:00' }],
    ['2026-10-18T22:00:10Z', '2026-10-19', {}],
  ])(
    'from %s on has one each night, also in the hour that is left out or comes twice',
    async (from, first, other) => {
      const office = await Office.begin(from, { timezone: 'Europe/Berlin', digest: times('02:30') });
      const expected = Array.from({ length: 13 }, (_, day) => {
        const date = new Date(Date.parse(first) + day * DAY_MS);
        const name = date.toISOString().slice(0, 10);
        return `${name} ${(date.getUTCDay() + 6) % 7} ${new Map(Object.entries(other)).get(name) ?? '2:30'}`;
      });
      expect(await played(office, 13)).toEqual(expected);
    },
  );
});

describe('a digest', () => {
  it('counts since the last one, and what was missed is made up once', async () => {
    const office = await Office.begin('2026-06-01T10:00:00Z', DIGEST);
    await office.write(JANE, 'Modem');
    office.world.clock.advance(DAY_MS);
    await office.pass();
    await office.pass();
    expect(office.told('figures-digest')).toMatchObject([
      { since: expect.stringMatching(/^2026-06-01 12:0/), opened: 1, closed: 0, open: 1 },
    ]);
    await office.write(JANE, 'Printer');
    // Nobody was there for some days.
    office.world.clock.advance(4 * DAY_MS);
    await office.pass();
    await office.pass();
    office.world.clock.advance(HOUR_MS);
    await office.pass();
    expect(office.told('figures-digest')).toHaveLength(2);
    expect(office.told('figures-digest')[1]).toMatchObject({
      since: expect.stringMatching(/^2026-06-02 12:0/),
      opened: 1,
      open: 2,
    });
    expect(office.told('figures-digest')[1]?.['ages']).toHaveLength(1);
  });

  it('begins with the next of its times where it has just been turned on, also once more', async () => {
    const office = await Office.begin('2026-06-01T10:00:00Z', {});
    await office.write(JANE, 'Modem');
    office.world.clock.advance(DAY_MS);
    const on = new Office(DIGEST, office.world);
    await on.pass();
    await on.pass();
    expect(on.told('figures-digest')).toEqual([]);
    on.world.clock.advance(DAY_MS);
    await on.pass();
    expect(on.told('figures-digest')).toHaveLength(1);
    await new Office({}, on.world).pass();
    on.world.clock.advance(30 * DAY_MS);
    await on.pass();
    expect(on.told('figures-digest')).toHaveLength(1);
    on.world.clock.advance(DAY_MS);
    await on.pass();
    expect(on.told('figures-digest')).toHaveLength(2);
  });

  it('goes out to nobody else, says that a program wrote it, and an answer to it reaches nobody outside', async () => {
    const office = await Office.begin('2026-06-01T10:00:00Z', DIGEST);
    await office.write(JANE, 'Modem');
    office.world.clock.advance(DAY_MS);
    await office.pass();
    const digests = office.world.post.sent.filter(({ raw }) => decoded(raw).startsWith('figures-digest'));
    expect(digests.map(({ envelope }) => envelope.to).toSorted()).toEqual([ANN, STEVE]);
    for (const { raw } of digests) expect(field(raw, 'Auto-Submitted')).toBe('auto-generated');
    const outside = () => office.world.post.sent.filter(({ envelope }) => envelope.to === JANE).length;
    const before = outside();
    const answer = answerTo(digests[0]?.raw ?? Buffer.alloc(0), { from: STEVE, messageId: 'a@example.com' });
    office.world.server.deliver(answer);
    await office.pass();
    expect(outside()).toBe(before);
  });

  it('stays in the outbox of a desk that holds its mail, and is written once all the same', async () => {
    const office = await Office.begin('2026-06-01T10:00:00Z', DIGEST);
    for (let day = 0; day < 2; day += 1) {
      office.world.clock.advance(DAY_MS);
      for (let pass = 0; pass < 2; pass += 1) await office.pass({ ...office.desk(), hold: true });
    }
    expect(office.world.post.sent).toEqual([]);
    expect(office.world.addressees('outbox').toSorted()).toEqual([ANN, ANN, STEVE, STEVE]);
  });
});

describe('a reminder', () => {
  const REMIND = {
    timezone: 'Europe/Berlin',
    remind: {
      afterMs: 8 * HOUR_MS,
      hours: parseWeek('Mon-Fri 09:00-17:00') ?? [],
      at: times('Mon-Fri 08:00'),
    },
  };

  it('lists who waits for longer than a working day, the longest first, until somebody answers', async () => {
    // A Thursday.
    const office = await Office.begin('2026-06-04T08:00:00Z', REMIND);
    await office.write(JANE, 'Modem');
    office.world.clock.advance(4 * HOUR_MS);
    await office.write('bob@example.org', 'Router');
    // On Friday morning nobody has waited for eight hours of work.
    office.world.clock.advance(18.5 * HOUR_MS);
    await office.pass();
    expect(office.told('reminder')).toEqual([]);
    // Nor is anything sent at the weekend; on Monday both have.
    for (let day = 0; day < 3; day += 1) {
      office.world.clock.advance(DAY_MS);
      await office.pass();
      expect(office.told('reminder')).toHaveLength(day === 2 ? 1 : 0);
    }
    const [first] = office.told('reminder');
    expect(first).toMatchObject({
      tickets: [
        { number: 1, subject: 'Modem', from: JANE },
        { number: 2, subject: 'Router', from: 'bob@example.org' },
      ],
      more: null,
    });
    await reply(office, STEVE);
    office.world.clock.advance(DAY_MS);
    await office.pass();
    expect(office.told('reminder').slice(1)).toMatchObject([{ tickets: [{ number: 2 }] }]);
    await reply(office, ANN);
    office.world.clock.advance(DAY_MS);
    await office.pass();
    expect(office.told('reminder')).toHaveLength(2);
  });
});

/** By the first link of the last reminder, as a mail program opens it. */
async function reply(office: Office, member: string): Promise<void> {
  const tickets = office.told('reminder', member).at(-1)?.['tickets'] as readonly { link: string }[];
  const link = new URL(tickets[0]?.link ?? '');
  const raw = letter({
    from: member,
    to: decodeURIComponent(link.pathname),
    subject: link.searchParams.get('subject') ?? '',
    messageId: `reply-by-${member}`,
    date: office.world.clock.now().toUTCString(),
  });
  office.world.server.deliver(raw);
  await office.pass();
}

it('is told once by two workers that share only the mailbox, in any order', async () => {
  const start = await Office.begin('2026-06-01T10:00:00Z', DIGEST);
  await start.write(JANE, 'Modem');
  start.world.clock.advance(DAY_MS);
  const workers = ['a', 'b'] as const;
  const atOnce = async (plan: Plan): Promise<void> => {
    const office = start.clone();
    const scheduler = new Scheduler(plan);
    const done = new Set<string>();
    for (const worker of workers) {
      const smtp = scheduler.gate(worker, { reconnects: true, lost: smtpLost });
      const desk = office.desk(scheduler.gate(worker), smtp);
      const isGone = (other: string): boolean => done.has(other) || scheduler.isDead(other);
      scheduler.spawn(worker, async () => {
        await passAs(desk, { worker, isGone })
          .catch((error: unknown) => expect(error).toBeInstanceOf(ClaimedElsewhere))
          .finally(() => done.add(worker));
      });
    }
    const { stuck, errors } = await scheduler.run();
    expect([stuck, [...errors]]).toEqual([[], []]);
    await passAs(office.desk(), { worker: 'last', isGone: () => true });
    expect(office.told('figures-digest')).toHaveLength(1);
    expect(office.told('figures-digest', ANN)).toHaveLength(1);
  };
  const orders = plans({ actors: workers, mortals: workers, calls: 120, maxFaults: 0 });
  await fc.assert(fc.asyncProperty(orders, atOnce), { numRuns: Number(process.env['RUNS'] ?? 15), seed: 7 });
}, 120_000);
