/** Of two copies one is removed only if the other is there at that moment: a person may take it away meanwhile. */
import { expect, it } from 'vitest';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import type { Gate } from './scheduler.js';

const SUBJECTS = ['Printer', 'Scanner'];

async function twoTickets(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const subject of SUBJECTS) world.server.deliver(matter({ from: 'jane@example.org', subject }));
  await world.pass();
  return world;
}

/** Before the worker reads the given message of a folder, the person takes a message of Open away. */
function takenAway(
  world: DeskWorld,
  at: { read: string; times: number; uid: number; until: () => boolean },
): Gate {
  const person = world.server.connect({ ...openGate, actor: 'person' });
  let read = 0;
  return {
    actor: 'worker',
    begin: async (what) => {
      if (what.startsWith(`source ${at.read}`)) read += 1;
      if (read === at.times && what.startsWith('source') && at.until()) {
        await person.setFlags(FOLDERS.open, [at.uid], { add: ['\\Deleted'] });
        await person.expunge(FOLDERS.open);
      }
      return openGate.begin(what);
    },
  };
}

it('leaves a message whose twin a person deletes while the worker compares other twins', async () => {
  const world = await twoTickets();
  const { open } = await takeSurvey(world.desk());
  const roots = open.filter(({ facts }) => SUBJECTS.includes(facts.subject)).map(({ uid }) => uid);
  expect(roots.length).toBe(2);
  await world.server.connect({ ...openGate, actor: 'person' }).copy(FOLDERS.open, roots, FOLDERS.open);
  const printers = (): number => world.contents('open').filter((name) => name === 'Printer').length;
  // Only while both are to be seen: the person wants one of them.
  const until = (): boolean => printers() === 2;
  const desk = world.desk(takenAway(world, { read: 'Open', times: 3, uid: roots[0] ?? 0, until }));
  await world.pass(desk);
  world.clock.advance(61_000);
  await world.pass(desk);
  expect(printers()).toBe(1);
});

it('keeps a message whose copy a person takes away while the worker compares others', async () => {
  const world = await twoTickets();
  const { open } = await takeSurvey(world.desk());
  const roots = open.filter(({ facts }) => SUBJECTS.includes(facts.subject));
  const person = world.server.connect({ ...openGate, actor: 'person' });
  await person.copy(
    FOLDERS.open,
    roots.map(({ uid }) => uid),
    FOLDERS.inbox,
  );
  for (const { facts } of roots)
    await world.ask(openGate, () => ({
      kind: 'attempt',
      identity: `stuck:${facts.identity}`,
      messageId: facts.messageId,
      why: 'stuck',
      at: world.clock.now(),
    }));
  expect(world.contents('inbox')).toEqual(SUBJECTS);
  const until = (): boolean => world.contents('inbox').includes('Printer');
  const uid = roots[0]?.uid ?? 0;
  await world.pass(world.desk(takenAway(world, { read: 'INBOX', times: 2, uid, until })));
  const all = (['inbox', 'open', 'archived', 'review'] as const).flatMap((folder) => world.contents(folder));
  expect(all.filter((name) => name === 'Printer').length).toBe(1);
});
