/** The marks of a letter's copy that a worker has moved to its ticket before it died: they go, wherever that ticket is by then. */
import { expect, it } from 'vitest';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, withStore } from './desk-world.js';

const JANE = 'jane@example.org';

/** A ticket with a reply of staff, whose sender died before the marks were taken off its copy. */
async function diedAfterMoving(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
  await world.pass();
  world.server.deliver(answer(world, { by: 'steve@example.com', ticket: 1, name: 'said' }));
  const desk = world.desk();
  const { store } = desk;
  const dying = withStore(desk, {
    setFlags: (folder, uids, change) =>
      folder === FOLDERS.open && 'remove' in change
        ? Promise.reject(new Error('dead'))
        : store.setFlags(folder, uids, change),
  });
  await world.pass(dying).catch(() => undefined);
  expect(marked(world)).toEqual(['open']);
  return world;
}

function marked(world: DeskWorld): string[] {
  return (['open', 'archived'] as const).flatMap((folder) =>
    world.visible(folder).flatMap(({ flags }) => (flags.has('\\Draft') ? [folder] : [])),
  );
}

async function expectUnmarked(world: DeskWorld): Promise<void> {
  const next = world.desk();
  for (let pass = 0; pass < 3; pass += 1) await world.pass(next);
  expect(world.tickets()).toEqual(['1 archived']);
  expect(marked(world)).toEqual([]);
}

it('is unmarked where its ticket is closed in the first pass of the next worker', async () => {
  const world = await diedAfterMoving();
  world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'done' }));
  await expectUnmarked(world);
});

it('is unmarked where a person moves the rest of its ticket to the archive before', async () => {
  const world = await diedAfterMoving();
  const person = world.server.connect(openGate);
  const janes = world
    .visible('open')
    .filter(({ content, flags }) => content.raw.toString().includes(JANE) && !flags.has('\\Draft'));
  await person.move(
    FOLDERS.open,
    janes.map(({ uid }) => uid),
    FOLDERS.archived,
  );
  await expectUnmarked(world);
});
