/** Another worker may send a letter between the search that finds it unsent and the look at it. */
import { expect, it } from 'vitest';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import type { Gate } from './scheduler.js';

it('what has been sent since it was found is not sent again', async () => {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from: 'jane@example.org', subject: 'Printer' }));
  await world.pass({ ...world.desk(), hold: true });
  const unsent = world.visible('outbox').map(({ uid }) => uid);
  expect(unsent.length).toBeGreaterThan(0);
  const other = world.server.connect(openGate);
  let sent = 0;
  const gate: Gate = {
    ...openGate,
    begin: async (what) => {
      if (what.trim().startsWith('fetch Outbox')) sent += 1;
      if (sent === 1) await other.setFlags(FOLDERS.outbox, unsent, { add: ['\\Answered'] });
      return openGate.begin(what);
    },
  };
  await world.pass(world.desk(gate));
  expect(sent).toBeGreaterThan(0);
  expect(world.post.sent).toEqual([]);
});
