/** Tickets that nobody answers any more are closed after a warning, once, whatever befalls the worker at it. */
import { describe, expect, it } from 'vitest';
import type { DeskPolicy } from '../../src/desk/policy.js';
import { everyChange, faultIn } from './arbitraries.js';
import { smtpLost } from './desk-world.js';
import { field } from './message-text.js';
import { DIGEST, decoded, JANE, Office, STEVE, times } from './office.js';
import { answerTo, letter } from './sample-mail.js';
import { CALM, type Outcome, type Plan, Scheduler } from './scheduler.js';

const DAY_MS = 86_400_000;

const STALE = {
  timezone: 'Europe/Berlin',
  closeStale: { afterMs: 14 * DAY_MS, graceMs: 3 * DAY_MS, atMost: 20, at: times('08:00') },
};

/** Answered by Steve, to the notice of each. */
async function answered(subjects: readonly string[], changes: Partial<DeskPolicy> = {}): Promise<Office> {
  const office = await Office.begin('2026-06-01T10:00:00Z', { ...STALE, ...changes });
  for (const subject of subjects) {
    await office.write(JANE, subject);
    answerNotice(office, subject);
    await office.pass();
  }
  return office;
}

function answerNotice(office: Office, subject: string, messageId = `steve-${subject}@example.com`): void {
  const notice = office.world.post.sent.findLast(
    ({ envelope, raw }) => envelope.to === STEVE && (field(raw, 'Subject') ?? '').endsWith(subject),
  );
  office.world.server.deliver(answerTo(notice?.raw ?? Buffer.alloc(0), { from: STEVE, messageId }));
}

async function goThrough(office: Office, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    office.world.clock.advance(DAY_MS);
    for (let passes = 0; passes < 2; passes += 1) await office.pass();
  }
}

const warnings = (office: Office) => office.told('stale-warning', JANE);
const confirmations = (office: Office) => office.told('confirmation-closed', JANE);

describe('a ticket that nobody answers any more', () => {
  it('is closed after one warning and some days, once, and an answer opens it again', async () => {
    const office = await answered(['Modem']);
    await goThrough(office, 13);
    expect(warnings(office)).toEqual([]);
    await goThrough(office, 1);
    expect(warnings(office)).toMatchObject([{ number: 1, closesIn: '3 days' }]);
    expect(office.world.tickets()).toEqual(['1 open']);
    await goThrough(office, 2);
    expect(confirmations(office)).toEqual([]);
    await goThrough(office, 2);
    expect(office.world.tickets()).toEqual(['1 archived']);
    await goThrough(office, 20);
    expect([warnings(office).length, confirmations(office).length]).toEqual([1, 1]);
    const closed = office.world.post.sent.findLast(({ envelope }) => envelope.to === JANE);
    office.world.server.deliver(
      answerTo(closed?.raw ?? Buffer.alloc(0), { from: JANE, messageId: 'again@example.org' }),
    );
    await goThrough(office, 40);
    expect(office.world.tickets()).toEqual(['1 open']);
    expect(warnings(office)).toHaveLength(1);
  });

  it('stays open where its requester answers the warning, and is warned anew once the desk has answered that', async () => {
    const office = await answered(['Modem']);
    await goThrough(office, 15);
    const warning = office.world.post.sent.findLast(({ envelope }) => envelope.to === JANE);
    expect(field(warning?.raw ?? Buffer.alloc(0), 'Auto-Submitted')).toBe('auto-replied');
    office.world.server.deliver(
      answerTo(warning?.raw ?? Buffer.alloc(0), { from: JANE, messageId: 'still@example.org' }),
    );
    await goThrough(office, 20);
    expect(office.world.tickets()).toEqual(['1 open']);
    answerNotice(office, 'Modem', 'once-more@example.com');
    await goThrough(office, 16);
    expect(warnings(office)).toHaveLength(2);
    await goThrough(office, 4);
    expect(office.world.tickets()).toEqual(['1 archived']);
  });

  it('is closed no sooner where the warning could not be sent for days', async () => {
    const office = await answered(['Modem']);
    office.world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '450 later' } : null);
    await goThrough(office, 18);
    expect([warnings(office).length, office.world.tickets()]).toEqual([0, ['1 open']]);
    office.world.post.rule = () => null;
    await goThrough(office, 3);
    expect([warnings(office).length, office.world.tickets()]).toEqual([1, ['1 open']]);
    await goThrough(office, 3);
    expect([warnings(office).length, office.world.tickets()]).toEqual([1, ['1 archived']]);
  });

  it('is closed without a word of the close where the desk confirms none', async () => {
    const office = await answered(['Modem'], { confirmClose: 'none' });
    await goThrough(office, 20);
    expect(office.world.tickets()).toEqual(['1 archived']);
    expect([warnings(office).length, confirmations(office).length]).toEqual([1, 0]);
  });

  it('is one of a few on a day', async () => {
    const closeStale = { ...STALE.closeStale, atMost: 2 };
    const office = await answered(['Modem', 'Printer', 'Router', 'Phone', 'Screen'], { closeStale });
    const seen: number[] = [];
    for (let day = 0; day < 24; day += 1) {
      await goThrough(office, 1);
      seen.push(warnings(office).length);
    }
    const rises = seen.map((count, day) => count - (seen[day - 1] ?? 0)).filter((count) => count > 0);
    expect(rises).toEqual([2, 2, 1]);
    expect(office.world.tickets().every((one) => one.endsWith('archived'))).toBe(true);
    expect(confirmations(office)).toHaveLength(5);
  });

  it('is left alone where the customer has the last word, where a program opened it, and where the mail is held', async () => {
    const office = await Office.begin('2026-06-01T10:00:00Z', STALE);
    await office.write(JANE, 'Modem');
    office.world.server.deliver(
      letter({
        from: 'monitor@example.org',
        to: 'support@example.com',
        subject: 'Disk full',
        messageId: 'alert@example.org',
        extra: ['Auto-Submitted: auto-generated'],
      }),
    );
    await office.pass();
    answerNotice(office, 'Disk full');
    await goThrough(office, 40);
    expect(office.world.post.sent.filter(({ raw }) => decoded(raw).startsWith('stale-warning'))).toEqual([]);
    expect(office.world.tickets()).not.toContainEqual(expect.stringContaining('archived'));

    const held = await answered(['Printer']);
    for (let day = 0; day < 30; day += 1) {
      held.world.clock.advance(DAY_MS);
      await held.pass({ ...held.desk(), hold: true });
    }
    expect(held.world.addressees('outbox')).toEqual([JANE]);
    expect(held.world.tickets()).toEqual(['1 open']);
  });

  it('is warned of once where the warning is refused, and stays open', async () => {
    const office = await answered(['Modem']);
    office.world.post.rule = ({ to, raw }) =>
      to === JANE && decoded(raw).startsWith('stale-warning')
        ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' }
        : null;
    await goThrough(office, 30);
    expect(office.world.addressees('review')).toEqual([JANE]);
    expect(office.world.tickets()).toEqual(['1 open']);
  });
});

describe('a worker that dies or is cut off at what is due', () => {
  const TIME_LIMIT_MS = 120_000;

  async function run(office: Office, plan: Plan): Promise<Outcome> {
    const scheduler = new Scheduler(plan);
    const smtp = scheduler.gate('worker', { reconnects: true, lost: smtpLost });
    const desk = office.desk(scheduler.gate('worker'), smtp);
    scheduler.spawn('worker', () => office.pass(desk));
    const outcome = await scheduler.run();
    for (let passes = 0; passes < 3; passes += 1) await office.pass();
    return outcome;
  }

  it.each(['kill', 'late', 'cut', 'fail'] as const)(
    'has told everybody once, and closed what is to be closed, whatever a %s strikes',
    async (kind) => {
      // A digest, a warning and a close are due at once.
      const start = await answered(['Modem'], DIGEST);
      await goThrough(start, 3);
      await start.write(JANE, 'Printer');
      answerNotice(start, 'Printer');
      await start.pass();
      await goThrough(start, 13);
      start.world.clock.advance(DAY_MS);
      const calm = start.clone();
      const undisturbed = await run(calm, CALM);
      const ids = ({ world }: Office): readonly string[] => [
        ...new Set(world.post.sent.map(({ messageId, envelope }) => `${messageId} ${envelope.to}`)),
      ];
      const copies = ({ world }: Office): number =>
        world.visible('outbox').filter(({ flags }) => flags.has('\\Answered')).length;
      const sentSince = ids(calm).length - ids(start).length;
      // Two digests, a warning, a confirmation.
      expect(sentSince).toBe(4);
      expect(calm.world.tickets()).toEqual(['1 archived', '2 open']);
      const faults = everyChange(undisturbed, 'worker', kind);
      expect(faults.length).toBeGreaterThan(4);
      for (const fault of faults) {
        const office = start.clone();
        const about = faultIn(await run(office, { switches: [], faults: [fault] }), fault);
        expect(ids(office).toSorted(), about).toEqual(ids(calm).toSorted());
        expect(office.world.addressees('outbox'), about).toEqual([]);
        expect(office.world.tickets(), about).toEqual(calm.world.tickets());
        expect(copies(office), about).toBe(copies(calm));
        expect(
          office.world.contents('register').filter((name) => /routine|digest/.test(name)).length,
          about,
        ).toBe(calm.world.contents('register').filter((name) => /routine|digest/.test(name)).length);
      }
    },
    TIME_LIMIT_MS,
  );
});
