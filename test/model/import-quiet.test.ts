/** What was said before an import is no reason to write to anybody; what is said after it is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportTickets } from '../../src/export/export.js';
import { parseWeek } from '../../src/hours/week.js';
import { importTickets } from '../../src/import/import.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { alerting, Receiver, rule } from './alert-world.js';
import { matter } from './busy-day.js';
import { DeskWorld } from './desk-world.js';
import { field } from './message-text.js';
import { JANE, Office, STEVE, times } from './office.js';
import { answerTo } from './sample-mail.js';

const DAY_MS = 86_400_000;
const OPTIONS = { dialect: null, closed: null, state: 'open', renumber: false, dryRun: false } as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-quiet-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function oldMail(): Promise<string> {
  const path = join(folder, 'old');
  const raw = matter({ from: JANE, subject: 'Old matter' });
  const pieces = mboxPieces({ sender: JANE, receivedAt: new Date('2026-01-05T09:00:00Z'), raw });
  await writeFile(path, Buffer.concat([...pieces]));
  return path;
}

describe('an open ticket that was imported', () => {
  it('alarms nobody because it waits, until somebody writes to it', async () => {
    const world = new DeskWorld();
    await world.pass();
    await importTickets(world.desk(), { ...OPTIONS, path: await oldMail() });
    const receiver = new Receiver();
    const rules = [rule({ events: new Set(['waiting']) })];
    const desk = alerting(world.desk(), { rules, line: receiver.line() });
    const goOn = async (): Promise<void> => {
      for (let day = 0; day < 3; day += 1) {
        world.clock.advance(DAY_MS / 4);
        for (let passes = 0; passes < 2; passes += 1) {
          await world.pass(desk);
          await desk.alertLine?.settle(1000);
        }
      }
    };
    await goOn();
    expect(receiver.told()).toEqual([]);
    world.server.deliver(matter({ from: JANE, subject: 'It is worse', to: 'support+1@example.com' }));
    await goOn();
    expect(receiver.told()).toEqual(['night: waiting 1']);
  });

  it('reminds nobody of it, until somebody writes to it', async () => {
    const remind = { afterMs: DAY_MS, at: times('08:00'), hours: parseWeek('Mon-Sun 08:00-20:00') ?? [] };
    const office = await Office.begin('2026-06-01T10:00:00Z', { timezone: 'Europe/Berlin', remind });
    await importTickets(office.desk(), { ...OPTIONS, path: await oldMail() });
    const goOn = async (): Promise<void> => {
      for (let day = 0; day < 3; day += 1) {
        office.world.clock.advance(DAY_MS);
        await office.pass();
      }
    };
    await goOn();
    expect(office.told('reminder')).toEqual([]);
    expect(office.world.post.sent).toEqual([]);
    office.world.server.deliver(matter({ from: JANE, subject: 'It is worse', to: 'support+1@example.com' }));
    await goOn();
    expect(office.told('reminder').length).toBeGreaterThan(0);
  });

  it('reminds of it from the first that came since, whatever else the requester writes', async () => {
    const remind = { afterMs: DAY_MS, at: times('08:00'), hours: parseWeek('Mon-Sun 00:00-24:00') ?? [] };
    const office = await Office.begin('2026-06-01T10:00:00Z', { timezone: 'Europe/Berlin', remind });
    await importTickets(office.desk(), { ...OPTIONS, path: await oldMail() });
    for (const subject of ['It is worse', 'Still so', 'And today']) {
      office.world.server.deliver(matter({ from: JANE, subject, to: 'support+1@example.com' }));
      office.world.clock.advance(DAY_MS * 0.9);
      await office.pass();
    }
    expect(office.told('reminder').length).toBeGreaterThan(0);
  });

  it('warns no requester that it will be closed, though the desk had the last word long ago', async () => {
    const at = times('08:00');
    const closeStale = { afterMs: 14 * DAY_MS, graceMs: 3 * DAY_MS, atMost: 20, at };
    const policy = { timezone: 'Europe/Berlin', closeStale };
    const before = await Office.begin('2026-01-05T10:00:00Z', { timezone: 'Europe/Berlin' });
    await before.write(JANE, 'Modem');
    const notice = before.world.post.sent.findLast(({ envelope }) => envelope.to === STEVE);
    const messageId = 'steve-answers@example.com';
    before.world.server.deliver(answerTo(notice?.raw ?? Buffer.alloc(0), { from: STEVE, messageId }));
    await before.pass();
    expect(before.world.post.sent.some(({ raw }) => field(raw, 'To') === JANE)).toBe(true);
    const out = join(folder, 'out');
    const choice = { ticket: null, since: null, person: null };
    await exportTickets(before.desk(), { folder: out, layout: 'mbox', choice });

    const office = await Office.begin('2026-06-01T10:00:00Z', policy);
    await importTickets(office.desk(), { ...OPTIONS, path: out });
    expect(office.world.tickets()).toEqual(['1 open']);
    for (let day = 0; day < 40; day += 1) {
      office.world.clock.advance(DAY_MS);
      await office.pass();
    }
    expect(office.world.post.sent).toEqual([]);
    expect(office.world.tickets()).toEqual(['1 open']);
  });
});
