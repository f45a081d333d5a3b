/** A mail server that takes the mail to one recipient later, or never; that of all others at once. */
import { describe, expect, it } from 'vitest';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { matter } from './busy-day.js';
import { DeskWorld } from './desk-world.js';

const JANE = 'jane@example.org';
const DAY_MS = 86_400_000;

const deferred = '451 4.7.1 Greylisted';
const refused = '550 5.1.1 No such user';

/** A pass with a server that says so to the mail for Jane. */
async function passWith(world: DeskWorld, reply: string): Promise<PassOutcome> {
  const before = world.post.rule;
  world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply } : null);
  try {
    return await world.pass();
  } finally {
    world.post.rule = before;
  }
}

async function withTicket(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, 'bob@example.org']) world.server.deliver(matter({ from, subject: `Of ${from}` }));
  return world;
}

describe('mail to a recipient that the server', () => {
  it('takes later waits alone, is tried at each pass, and goes to Review after five days', async () => {
    const world = await withTicket();
    await passWith(world, deferred);
    const others = world.sent();
    expect(others).toContain('acknowledgement to bob@example.org');
    expect(others).toHaveLength(5);
    expect(world.contents('outbox')).toContain('(acknowledgement)');
    world.clock.advance(5 * DAY_MS - 3_600_000);
    expect(await passWith(world, deferred)).toMatchObject({ refused: 0 });
    expect(world.contents('review')).toEqual([]);
    world.clock.advance(3_600_000);
    expect(await passWith(world, deferred)).toMatchObject({ refused: 1 });
    expect(world.contents('review')).toEqual(['(acknowledgement)']);
    expect(world.sent()).toEqual(others);
  });

  it('takes at last is sent once', async () => {
    const world = await withTicket();
    await passWith(world, deferred);
    await world.pass();
    await world.pass();
    expect(world.sent().filter((line) => line.endsWith(JANE))).toEqual([`acknowledgement to ${JANE}`]);
  });

  it('refuses goes to Review with an error in the log, and all other mail goes out', async () => {
    const world = await withTicket();
    expect(await passWith(world, refused)).toMatchObject({ refused: 1, delivery: null });
    expect(world.contents('review')).toEqual(['(acknowledgement)']);
    expect(world.sent()).toHaveLength(5);
    expect(world.log.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
