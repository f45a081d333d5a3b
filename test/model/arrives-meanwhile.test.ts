/** What comes while a pass is at work is not filed by it, and the server tells of it once: the pass says that it is there. */
import { expect, it } from 'vitest';
import { matter } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';
import type { Gate } from './scheduler.js';

const from = 'jane@example.org';

it('is told of, so that another pass follows at once, and files it', async () => {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from, subject: 'Printer' }));
  let delivered = false;
  const gate: Gate = {
    actor: 'worker',
    begin: (what) => {
      if (!delivered && what.startsWith('append Register')) {
        delivered = true;
        world.server.deliver(matter({ from, subject: 'Scanner' }));
      }
      return openGate.begin(what);
    },
  };
  const first = await world.pass(world.desk(gate));
  expect(delivered).toBe(true);
  expect(world.contents('inbox')).toEqual(['Scanner']);
  expect(first).toMatchObject({ arrived: 2, backlog: { pending: 1 } });

  const second = await world.pass();
  expect(second.told.map(({ decision }) => decision.kind)).toEqual(['new']);
  expect(second.arrived).toBeNull();
});

it('is nothing where the pass has seen all that lies there', async () => {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from, subject: 'Printer' }));
  expect((await world.pass()).arrived).toBeNull();
  expect((await world.pass()).arrived).toBeNull();
});
