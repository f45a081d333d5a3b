/** A worker whose clock is wrong by a year, on a server whose clock is right. */
import { describe, expect, it } from 'vitest';
import { answer, matter, quietDay, stateOf } from './busy-day.js';
import { DeskWorld, FOLDERS } from './desk-world.js';
import { field } from './message-text.js';

const YEAR_MS = 365 * 86_400_000;
const JANE = 'jane@example.org';

/** A pass by such a worker. */
function passAt(world: DeskWorld, offMs: number) {
  return world.pass({ ...world.desk(), now: () => new Date(world.clock.now().getTime() + offMs) });
}

describe.each([
  ['behind', -YEAR_MS],
  ['ahead', YEAR_MS],
] as const)('a clock that is a year %s', (_, offMs) => {
  it('changes neither what is new, nor the order, nor any decision; it shows in the Date of what is written', async () => {
    const world = new DeskWorld();
    await passAt(world, offMs);
    for (const subject of ['Printer', 'Fax', 'Scanner'])
      world.server.deliver(matter({ from: JANE, subject }));
    await passAt(world, offMs);
    expect(world.tickets()).toEqual(['1 open', '2 open', '3 open']);
    const acknowledged = world.post.sent.filter(({ envelope }) => envelope.to === JANE);
    expect(acknowledged.map(({ raw }) => field(raw, 'Subject'))).toEqual([
      'Re: [issue1] Printer',
      'Re: [issue2] Fax',
      'Re: [issue3] Scanner',
    ]);
    const year = new Date(world.clock.now().getTime() + offMs).getUTCFullYear();
    for (const { raw } of acknowledged) expect(field(raw, 'Date')).toContain(` ${year} `);
    await passAt(world, offMs);
    expect(world.post.sent).toHaveLength(9);
  });

  it('leaves every signed address as good as it was', async () => {
    const calm = await quietDay();
    const world = calm.clone();
    for (const one of [calm, world]) {
      one.server.deliver(answer(one, { by: JANE, ticket: 1, done: true }));
      one.server.deliver(answer(one, { by: 'carl@example.org', ticket: 3 }));
      one.server.deliver(answer(one, { by: 'steve@example.com', ticket: 2 }));
    }
    await calm.pass();
    await passAt(world, offMs);
    // What was sent long ago by that clock is forgotten by the limits.
    expect({ ...stateOf(world), outbox: [] }).toEqual({ ...stateOf(calm), outbox: [] });
    expect(world.tickets()).toEqual(expect.arrayContaining(['1 archived', '3 open']));
  });
});

describe('the worker’s clock says', () => {
  it('how far back adoption looks', async () => {
    const world = new DeskWorld();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await passAt(world, 3 * 86_400_000);
    expect(world.contents('inbox')).toEqual(['Printer']);
    expect(world.tickets()).toEqual([]);
  });

  it('at adoption since when mail is new, which counts after a change of UIDVALIDITY', async () => {
    const world = new DeskWorld();
    await passAt(world, YEAR_MS);
    world.server.renumber(FOLDERS.inbox);
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await world.pass();
    expect(world.contents('inbox')).toEqual(['Printer']);
    world.clock.advance(YEAR_MS);
    world.server.deliver(matter({ from: JANE, subject: 'Fax' }));
    await world.pass();
    expect(world.contents('inbox')).toEqual(['Printer']);
    expect(world.tickets()).toEqual(['1 open']);
  });
});
