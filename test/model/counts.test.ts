/** What a pass asks of its ports grows with batches, not with messages and tickets. Counts, and never times. */
import { describe, expect, it } from 'vitest';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, withStore } from './desk-world.js';
import { watched } from './watched-desk.js';

/** More entries than are read as the newest, and more hints than a watermark is worth. */
const [FEW, MANY] = [25, 60];

async function withMatters(count: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (let index = 1; index <= count; index += 1)
    world.server.deliver(matter({ from: `jane${index}@example.org`, subject: `Matter ${index}` }));
  return world;
}

/** The calls to the mailbox in the passes until nothing more is to be done, without how many messages each is about. */
async function callsOf(world: DeskWorld, passes = 1): Promise<readonly string[]> {
  const calls: string[] = [];
  const desk = watched(world.desk(), (call) => calls.push(call));
  for (let pass = 0; pass < passes; pass += 1) await world.pass(desk);
  return calls.filter((call) => !call.startsWith('send')).map((call) => call.replace(/ \d+/g, ''));
}

/** The searches of a pass that go through the headers of the archive. */
async function searchedForIds(world: DeskWorld): Promise<readonly string[]> {
  const searches: string[] = [];
  const desk = world.desk();
  const search: WorkingDesk['store']['search'] = (folder, query) => {
    if (folder === FOLDERS.archived) searches.push(JSON.stringify(query));
    return desk.store.search(folder, query);
  };
  await world.pass(withStore(desk, { search }));
  return searches.filter((query) => query.includes('"header"'));
}

async function dragAll(world: DeskWorld, from: 'open' | 'archived', to: 'open' | 'archived'): Promise<void> {
  const person = world.server.connect({ ...openGate, actor: 'person' });
  await person.move(
    FOLDERS[from],
    world.visible(from).map(({ uid }) => uid),
    FOLDERS[to],
  );
}

describe('tickets that people drag at once', () => {
  it('cost as many calls as few of them: to the archive and back', async () => {
    const counted = await Promise.all(
      [FEW, MANY].map(async (count) => {
        const world = await withMatters(count);
        await world.pass();
        await dragAll(world, 'open', 'archived');
        const closing = await callsOf(world);
        expect(world.tickets().every((ticket) => ticket.endsWith('archived'))).toBe(true);
        await dragAll(world, 'archived', 'open');
        const reopening = await callsOf(world);
        expect(world.tickets().every((ticket) => ticket.endsWith('open'))).toBe(true);
        return { closing, reopening };
      }),
    );
    const [few, many] = counted;
    expect(many).toEqual(few);
  });

  it('are looked for in the archive not at all where hints and Open tell of all their mail', async () => {
    const world = await withMatters(FEW);
    await world.pass();
    await dragAll(world, 'open', 'archived');
    await world.pass();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const [first] = world.visible('archived');
    await person.move(FOLDERS.archived, [first?.uid ?? 0], FOLDERS.open);
    expect(await searchedForIds(world)).toEqual([]);
    expect(world.tickets()[0]).toBe('1 open');
    expect(world.contents('archived')).not.toContain('Matter 1');
  });
});

describe('a pass that files', () => {
  it('asks for many new tickets no more than for few', async () => {
    const [few, many] = await Promise.all(
      [FEW, MANY].map(async (count) => {
        const world = await withMatters(count);
        const desk = { ...world.desk(), hold: true };
        const calls: string[] = [];
        await world.pass(watched(desk, (call) => calls.push(call)));
        return calls.length;
      }),
    );
    expect(many).toBe(few);
  });

  it('looks at the register once more and at Open not again, after it has written', async () => {
    const world = await withMatters(1);
    const calls = await callsOf(world);
    expect(calls.filter((call) => call.startsWith('fetch Open'))).toEqual([]);
    expect(calls.filter((call) => call === 'fetchSource Register')).toHaveLength(2);
  });

  it('searches the archive for no id of a message that a signed mark gives to an open ticket', async () => {
    const world = await withMatters(1);
    await world.pass();
    world.server.deliver(answer(world, { by: 'jane1@example.org', ticket: 1 }));
    expect(await searchedForIds(world)).toEqual([]);
    expect(world.contents('inbox')).toEqual([]);
  });

  it('searches it for those of an answer that bears no mark', async () => {
    const world = await withMatters(1);
    await world.pass();
    const lines = ['In-Reply-To: <elsewhere@example.net>'];
    world.server.deliver(matter({ from: 'jane1@example.org', subject: 'Re: Elsewhere', lines }));
    expect((await searchedForIds(world)).join()).toContain('elsewhere@example.net');
  });
});

describe('a quiet pass', () => {
  it('takes one survey: the register, Open and the outbox are read once', async () => {
    const world = await withMatters(3);
    await world.pass();
    const desk = world.desk();
    await world.pass(desk);
    const calls: string[] = [];
    await world.pass(watched(desk, (call) => calls.push(call)));
    // An earlier pass has seen that the desk was adopted.
    expect(calls.filter((call) => call === 'search Register')).toHaveLength(1);
    expect(calls.filter((call) => call === 'search Open')).toHaveLength(1);
    expect(calls.filter((call) => /^(?:append|setFlags|move|copy|remove)/.test(call))).toEqual([]);
  });
});
