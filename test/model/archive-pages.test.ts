/** A page of the archive costs the same over a few hundred archived tickets and over thousands: calls, and what is read. */
import { describe, expect, it } from 'vitest';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { archivedPage } from '../../src/worker/ask/ticket-pages.js';
import { viewDesk } from '../../src/worker/ask/tickets.js';
import { DeskWorld, FOLDERS, openGate, POLICY, withStore } from './desk-world.js';

const SIZE = 100;

/** A desk that has archived so many tickets: an entry each, and a hint, as closing leaves them. */
async function archivedDesk(tickets: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  const store = world.server.connect(openGate);
  const now = world.clock.now();
  const about = { deskName: POLICY.name, deskAddress: POLICY.address, now };
  for (let number = 1; number <= tickets; number += 1) {
    const rootIdentity = number.toString(16).padStart(64, '0');
    const records = [
      {
        kind: 'ticket' as const,
        number,
        rootIdentity,
        rootMessageId: `root-${number}@example.org`,
        requester: 'jane@example.org',
        requesterName: 'Jane',
        requesterFrom: 'sender' as const,
        subject: `Matter ${number}`,
        answerable: true,
        opened: now,
      },
      {
        kind: 'hint' as const,
        ticket: number,
        uidValidity: '1',
        uidNext: number + 1,
        moved: [{ uid: number, identity: rootIdentity }],
        complete: true,
      },
    ];
    for (const record of records) {
      const raw = formatRecord(record, { ...about, id: `${record.kind}-${number}`, highest: number });
      await store.append(FOLDERS.register, [{ raw, flags: ['\\Seen', '\\Answered'] }]);
    }
  }
  return world;
}

/** The calls of a first page, and how many UIDs and bytes went over the line for it. */
async function costOfPage(world: DeskWorld) {
  const cost = { calls: 0, uids: 0, bytes: 0 };
  const plain = world.desk();
  const { store } = plain;
  const desk = withStore(plain, {
    search: async (folder, query) => {
      const found = await store.search(folder, query);
      cost.calls += 1;
      cost.uids += found.length;
      return found;
    },
    fetch: async (folder, uids, options) => {
      const found = await store.fetch(folder, uids, options);
      cost.calls += 1;
      for (const { header } of found) cost.bytes += header.length;
      return found;
    },
  });
  await viewDesk(desk);
  const page = await archivedPage(desk, { from: null, size: SIZE });
  return { cost, page };
}

describe('the archive in pages', () => {
  it('costs the same however many tickets are archived', async () => {
    const [few, many] = await Promise.all([archivedDesk(300), archivedDesk(3000)]);
    const [small, large] = [await costOfPage(few), await costOfPage(many)];
    expect(large.page.rows.map(({ number }) => number)).toEqual(
      Array.from({ length: SIZE }, (_, index) => 3000 - index),
    );
    expect(large.cost.calls).toBe(small.cost.calls);
    expect(large.cost.uids).toBe(small.cost.uids);
    expect(large.cost.bytes).toBeLessThan(small.cost.bytes * 1.05);
  });

  it('is gone through to its end, each ticket once', async () => {
    const desk = (await archivedDesk(437)).desk();
    const numbers: number[] = [];
    let from: number | null = null;
    do {
      const page = await archivedPage(desk, { from, size: SIZE });
      numbers.push(...page.rows.map(({ number }) => number));
      from = page.next;
    } while (from !== null);
    expect(numbers).toEqual(Array.from({ length: 437 }, (_, index) => 437 - index));
  });
});
