import { expect, it } from 'vitest';
import { MIN_TELLING_MESSAGES } from '../../src/desk/feeding-list.js';
import { DeskWorld } from './desk-world.js';
import { letter } from './sample-mail.js';

function filed(world: DeskWorld, extra: readonly string[], marks: string): void {
  for (let count = 0; count < MIN_TELLING_MESSAGES; count += 1) {
    const messageId = `${marks}-${count}@example.org`;
    const raw = letter({
      from: 'jane@example.org',
      to: 'support@example.com',
      subject: 'Printer',
      messageId,
      extra,
    });
    world.server.deliver(raw);
  }
}

it('the log is told once of a list that seems to feed the desk', async () => {
  const world = new DeskWorld();
  const desk = world.desk();
  const warnings = (): readonly string[] =>
    world.log.flatMap(({ level, message }) => (level === 'warn' ? [message] : []));
  await world.pass(desk);
  filed(world, [], 'plain');
  await world.pass(desk);
  expect(warnings()).toEqual([]);
  const listed = ['List-Id: <help.example.com>'];
  filed(world, listed, 'first');
  await world.pass(desk);
  expect(warnings()).toEqual([]);
  filed(world, listed, 'second');
  await world.pass(desk);
  expect(warnings()).toEqual([expect.stringContaining('20 of the newest 30 messages bear the List-Id')]);
  filed(world, listed, 'third');
  await world.pass(desk);
  expect(warnings()).toHaveLength(1);
});
