/** `import` where tickets were erased: their numbers are given to nobody, and their mail does not come back unsaid. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REQUESTER, signedTicketAddress } from '../../src/desk/sign/ticket-address.js';
import { exportTickets } from '../../src/export/export.js';
import { type ImportReport, importTickets } from '../../src/import/import.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { erase } from '../../src/worker/erase/erase.js';
import { planTicket } from '../../src/worker/erase/plan-ticket.js';
import { answer, growOld, matter, quietDay } from './busy-day.js';
import type { DeskWorld } from './desk-world.js';
import { letter } from './sample-mail.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-import-erased-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function bring(world: DeskWorld, path: string, renumber = false): Promise<ImportReport> {
  const options = { dialect: null, closed: null, state: 'archived', dryRun: false } as const;
  return importTickets(world.desk(), { ...options, path, renumber });
}

/** Ticket 3 was exported with all others before it was erased; somebody has answered in it. */
async function erasedDesk(): Promise<{ readonly world: DeskWorld; readonly before: string }> {
  const world = await quietDay();
  world.server.deliver(answer(world, { by: 'carl@example.org', ticket: 3 }));
  await world.pass();
  await growOld(world);
  const before = join(parent, 'before');
  const choice = { ticket: null, since: null, person: null };
  await exportTickets(world.desk(), { folder: before, layout: 'mbox', choice });
  const plan = await planTicket(world.desk(), 3, new Set());
  if ('refused' in plan) throw new Error(plan.refused);
  await erase(world.desk(), plan);
  await world.pass();
  return { world, before };
}

function mailOf(name: string, extra: readonly string[] = []): Buffer {
  return letter({
    from: `${name}@example.net`,
    to: 'help@elsewhere.example',
    subject: `Of ${name}`,
    messageId: `${name}@example.net`,
    extra,
  });
}

async function folderWith(number: number, raw: Buffer): Promise<string> {
  const folder = join(parent, 'theirs');
  await mkdir(folder, { recursive: true });
  const pieces = mboxPieces({ sender: null, receivedAt: new Date(Date.UTC(2026, 0, 1)), raw });
  await writeFile(join(folder, String(number)), Buffer.concat(pieces));
  return folder;
}

/** What the person whose ticket was erased writes to the address that they still have. */
async function expectAddressOpensNothing(world: DeskWorld): Promise<void> {
  const to = signedTicketAddress(world.desk().policy, 3, REQUESTER);
  const [review, tickets] = [world.contents('review').length, world.tickets()];
  world.server.deliver(matter({ from: 'carl@example.org', subject: 'Still there?', to }));
  await world.pass();
  expect(world.contents('review').length).toBe(review + 1);
  expect(world.tickets()).toEqual(tickets);
  const next = matter({ from: 'new@example.org', subject: 'Next' });
  world.server.deliver(next);
  await world.pass();
  expect(world.tickets().some((line) => line.startsWith('3 '))).toBe(false);
}

describe('the number of a ticket that was erased', () => {
  it('does not come back with an earlier export, renumbered or not', async () => {
    const { world, before } = await erasedDesk();
    const tickets = world.tickets();
    for (const renumber of [false, true]) {
      const report = await bring(world, before, renumber);
      expect(report).toMatchObject({ added: 0, brought: 0, renumbered: [] });
      expect(report.erased).toMatchObject([{ number: 3, isSame: true, now: null }]);
      expect(world.tickets()).toEqual(tickets);
    }
    await expectAddressOpensNothing(world);
  });

  it('is no other ticket’s either: a file with it is left out and named, or gets a new number and is named', async () => {
    const { world } = await erasedDesk();
    const folder = await folderWith(3, mailOf('stranger'));
    const left = await bring(world, folder);
    expect(left).toMatchObject({ tickets: 0, brought: 0, erased: [{ number: 3, isSame: false, now: null }] });
    await expectAddressOpensNothing(world);
    const report = await bring(world, folder, true);
    const [now = 0] = report.numbers;
    expect(now).toBeGreaterThan(3);
    expect(report).toMatchObject({ added: 1, brought: 1, erased: [{ number: 3, isSame: false, now }] });
    // Again: it is the same ticket.
    expect(await bring(world, folder, true)).toMatchObject({ added: 0, brought: 0, erased: [{ now }] });
    await expectAddressOpensNothing(world);
  });

  it('tells its mail by the desk’s signature, where no list does: in a file of its number, and in loose mail', async () => {
    const { world } = await erasedDesk();
    const address = signedTicketAddress(world.desk().policy, 3, REQUESTER);
    const raw = Buffer.from(
      mailOf('carl').toString('latin1').replace('help@elsewhere.example', address),
      'latin1',
    );
    const folder = await folderWith(3, raw);
    const same = { tickets: 0, brought: 0, erased: [{ number: 3, isSame: true, now: null }] };
    expect(await bring(world, folder, true)).toMatchObject(same);
    expect(await bring(world, join(folder, '3'))).toMatchObject(same);
  });

  it('is not given to what was merged into another desk’s ticket', async () => {
    const { world, before } = await erasedDesk();
    const list = join(before, 'tickets.jsonl');
    const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '');
    const [head = '', ...others] = lines;
    const three = JSON.parse(others.find((line) => line.includes('"ticket":3,')) ?? '{}');
    const theirs = join(parent, 'merged');
    await mkdir(theirs);
    const { state, messages, bytes: _bytes, ...entry } = three;
    const root = 'a'.repeat(64);
    const listed = { ...entry, ticket: 90, root, rootId: null, state, messages };
    const merged = [{ ...entry, root: 'b'.repeat(64), into: 90, joinPeople: false }];
    await writeFile(
      join(theirs, 'tickets.jsonl'),
      `${head.replace('support@example.com', 'help@elsewhere.example')}\n`,
    );
    await appendFile(join(theirs, 'tickets.jsonl'), `${JSON.stringify({ ...listed, merged })}\n`);
    const pieces = mboxPieces({
      sender: null,
      receivedAt: new Date(Date.UTC(2026, 0, 1)),
      raw: mailOf('other'),
    });
    await writeFile(join(theirs, '90'), Buffer.concat(pieces));
    expect(await bring(world, theirs)).toMatchObject({ tickets: 0, erased: [{ number: 3, isSame: false }] });
    const report = await bring(world, theirs, true);
    expect(report.erased).toMatchObject([{ number: 3, isSame: false, now: report.numbers[0] }]);
    await expectAddressOpensNothing(world);
  });
});
