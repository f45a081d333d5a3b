/** Tickets move in one command; a server may refuse it for one of their messages, and say nothing of which. */
import { expect, it } from 'vitest';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, refusing } from './desk-world.js';

const PEOPLE = ['jane@example.org', 'bob@example.org'];

it('closes a ticket that a person moved, though a message of another one cannot be moved', async () => {
  const world = new DeskWorld();
  await world.pass();
  for (const from of PEOPLE) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  await world.pass();
  for (const [index, by] of PEOPLE.entries())
    world.server.deliver(answer(world, { by, ticket: index + 1, name: `answer${index}` }));
  await world.pass();
  await world.pass();
  const holding = (pattern: RegExp): readonly number[] =>
    world
      .visible('open')
      .filter(({ content }) => pattern.test(content.raw.toString('latin1')))
      .map(({ uid }) => uid);
  const last = holding(/answer1/).at(-1);
  const person = world.server.connect({ ...openGate, actor: 'person' });
  await person.move(FOLDERS.open, holding(/^Subject: Matter/m), FOLDERS.archived);

  const refused = refusing(new RegExp(`^move Open (\\d+,)*${last}(,|\\b)`), { explained: false });
  for (let pass = 0; pass < 3; pass += 1)
    await expect(world.pass(world.desk(refused, openGate))).rejects.toThrow();
  expect(world.tickets()).toEqual(['1 archived', '2 archived under way']);

  await world.pass();
  expect(world.tickets()).toEqual(['1 archived', '2 archived']);
});
