/** Tickets in two folders, or without messages: what the next pass finds, and what repair does. */
import { describe, expect, it } from 'vitest';
import { repairDesk } from '../../src/worker/repair/repair.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import type { LocalCache } from '../../src/worker/workplace/local-cache.js';
import { answer, matter } from './busy-day.js';
import { ticketsAreWhole } from './coherence.js';
import { DeskWorld, FOLDERS, openGate, POLICY, withStore } from './desk-world.js';
import { field } from './message-text.js';
import { dyingAt } from './sent-mail.js';

const JANE = 'jane@example.org';
const CARL = 'carl@example.org';

/** Ticket 1 of Jane, archived with what she wrote; ticket 2 of Carl, open. */
async function archivedTicket(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
  world.server.deliver(matter({ from: CARL, subject: 'Toner' }));
  await world.pass();
  world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'more' }));
  await world.pass();
  world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'done' }));
  await world.pass();
  await world.pass();
  expect(world.tickets()).toEqual(['1 archived', '2 open']);
  expect(world.contents('archived').filter(isOfPeople)).toHaveLength(3);
  return world;
}

function isOfPeople(name: string): boolean {
  return !name.startsWith('(');
}

/** The archive's messages are not read: a worker that takes this for "there are none" reopens a ticket without them. */
function blindToArchive(desk: WorkingDesk): WorkingDesk {
  const { store } = desk;
  return withStore(desk, {
    fetch: (folder, uids, options) =>
      folder === FOLDERS.archived ? Promise.resolve([]) : store.fetch(folder, uids, options),
  });
}

/** Jane writes to her archived ticket, and only that comes to Open. */
async function splitTicket(): Promise<DeskWorld> {
  const world = await archivedTicket();
  world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
  await world.pass(blindToArchive(world.desk()));
  expect(world.tickets()).toEqual(['1 open', '2 open']);
  expect(world.contents('archived').filter(isOfPeople)).toHaveLength(3);
  return world;
}

async function expectWhole(world: DeskWorld): Promise<void> {
  expect(world.contents('open').filter(isOfPeople)).toHaveLength(5);
  expect(world.contents('archived')).toEqual([]);
  expect(world.tickets()).toEqual(['1 open', '2 open']);
  expect(await ticketsAreWhole(world)).toEqual([]);
}

/** A worker with what others have left in a cache. */
function sharing(world: DeskWorld, files: Map<string, string>): WorkingDesk {
  const local: LocalCache = {
    read: (name) => Promise.resolve(JSON.parse(files.get(name) ?? 'null') as unknown),
    write: (name, value) => Promise.resolve(void files.set(name, JSON.stringify(value))),
  };
  return { ...world.desk(), cache: new FactsCache(POLICY, local) };
}

async function searches(world: DeskWorld, desk: WorkingDesk): Promise<readonly string[]> {
  const asked: string[] = [];
  const { store } = desk;
  const watched = withStore(desk, {
    search: (folder, query) => {
      // What lies above the watermark is asked for in every pass.
      const places = folder === FOLDERS.archived && !('uidFrom' in query);
      if (places || JSON.stringify(query).includes('"hint"')) asked.push(folder);
      return store.search(folder, query);
    },
  });
  await world.pass(watched);
  return asked;
}

describe('an open ticket of which messages lie in the archive', () => {
  it('is brought together by the next pass, and nobody is written to', async () => {
    const world = await splitTicket();
    const sent = world.post.sent.length;
    await world.pass();
    await expectWhole(world);
    await world.pass();
    expect(world.sent(sent)).toEqual([]);
    expect(world.log.filter(({ message }) => message.includes('brought back'))).toHaveLength(1);
  });

  it('is looked for once by a worker, and again only once it has been archived', async () => {
    const world = await splitTicket();
    const desk = world.desk();
    expect(await searches(world, desk)).toContain(FOLDERS.archived);
    await searches(world, desk);
    expect(await searches(world, desk)).toEqual([]);
    world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'end' }));
    await world.pass(desk);
    await world.pass(desk);
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'once-more' }));
    await world.pass(desk);
    expect(await searches(world, desk)).toEqual([]);
    expect(await ticketsAreWhole(world)).toEqual([]);
  });

  it('is looked for once by all workers that share a cache', async () => {
    const world = await splitTicket();
    const files = new Map<string, string>();
    await world.pass(sharing(world, files));
    await expectWhole(world);
    await world.pass(sharing(world, files));
    expect(await searches(world, sharing(world, files))).not.toContain(FOLDERS.register);
    expect(await searches(world, world.desk())).toContain(FOLDERS.register);
  });

  it.each([0, 30])(
    'is found though the cache knows it as whole, and %d other entries later',
    async (others) => {
      const world = await archivedTicket();
      const files = new Map<string, string>();
      world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'once' }));
      await world.pass(sharing(world, files));
      await world.pass(sharing(world, files));
      // Workers without it close the ticket, and open it again in part.
      await world.request(openGate, 'close', 1);
      await world.pass();
      await world.pass();
      expect(world.tickets()).toEqual(['1 archived', '2 open']);
      world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
      await world.pass(blindToArchive(world.desk()));
      for (let index = 0; index < others; index += 1)
        await world.ask(openGate, () => ({
          kind: 'attempt',
          identity: `other-${index}`,
          messageId: null,
          why: 'No',
          at: new Date(0),
        }));
      expect(world.contents('archived').filter(isOfPeople)).not.toEqual([]);
      await world.pass(sharing(world, files));
      expect(world.contents('archived').filter(isOfPeople)).toEqual([]);
      expect(await ticketsAreWhole(world)).toEqual([]);
    },
  );

  it('is found by the next worker where the server did not read the archive for this one', async () => {
    const world = await splitTicket();
    const files = new Map<string, string>();
    await world.pass(blindToArchive(sharing(world, files)));
    expect([...files.keys()]).not.toContain('whole');
    await world.pass(sharing(world, files));
    await expectWhole(world);
  });

  it('is brought together where all ticket entries have come to lie above the hints', async () => {
    const world = await splitTicket();
    const person = world.server.connect(openGate);
    const entryUids = (folder: string): number[] =>
      world.server
        .folder(folder)
        .all()
        .flatMap(({ uid, content }) => (field(content.raw, 'X-Imapdesk-Entry') === 'ticket' ? [uid] : []));
    await person.createFolder('Trash', { subscribe: true });
    await person.move(FOLDERS.register, entryUids(FOLDERS.register), 'Trash');
    await person.move('Trash', entryUids('Trash'), FOLDERS.register);
    const desk = world.desk();
    await world.pass(desk);
    await expectWhole(world);
    await world.pass(desk);
    expect(await searches(world, desk)).toEqual([]);
  });

  it('is brought together whenever the worker dies on the way', async () => {
    const start = await splitTicket();
    for (let call = 0; call < 30; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        await dyingAt(world, call, kind);
        await world.pass();
        await world.pass();
        await expectWhole(world);
      }
    }
  });

  it('is closed as ever where a person has moved a message there', async () => {
    const world = await splitTicket();
    await world.pass();
    const root = world.visible('open').find(({ content }) => field(content.raw, 'Subject') === 'Printer');
    await world.server.connect(openGate).move(FOLDERS.open, [root?.uid ?? 0], FOLDERS.archived);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived', '2 open']);
    expect(await ticketsAreWhole(world)).toEqual([]);
  });

  it('is found by repair where no hint fits any more, and then brought together', async () => {
    const world = await splitTicket();
    world.server.renumber(FOLDERS.archived);
    const desk = world.desk();
    await world.pass(desk);
    expect(world.contents('archived').filter(isOfPeople)).toHaveLength(3);
    const dry = await repairDesk(world.desk(), { dryRun: true });
    expect(dry.apart).toEqual([1]);
    expect(world.contents('archived').filter(isOfPeople)).toHaveLength(3);
    expect((await repairDesk(world.desk(), { dryRun: false })).apart).toEqual([1]);
    expect(await repairDesk(world.desk(), { dryRun: false })).toMatchObject({ apart: [1], hints: 0 });
    await world.pass(desk);
    await expectWhole(world);
    expect(await repairDesk(world.desk(), { dryRun: false })).toMatchObject({
      apart: [],
      hints: 0,
      corrected: [],
    });
  });
});

describe('an archived ticket', () => {
  it('of which messages lie in Open is reopened whole', async () => {
    const world = await splitTicket();
    await world.pass();
    const entry = world
      .visible('register')
      .find(
        ({ content }) =>
          field(content.raw, 'X-Imapdesk-Entry') === 'ticket' &&
          field(content.raw, 'X-Imapdesk-Ticket') === '<1>',
      );
    await world.server
      .connect(openGate)
      .setFlags(FOLDERS.register, [entry?.uid ?? 0], { set: ['\\Seen', '\\Answered'] });
    await repairDesk(world.desk(), { dryRun: false });
    await world.pass();
    await expectWhole(world);
  });

  /** Where its messages lie by now no hint says, as after a restore of single messages. */
  async function withHintsThatNameNothing(): Promise<DeskWorld> {
    const world = await archivedTicket();
    const archive = world.server.folder(FOLDERS.archived);
    for (const { uid, content, flags } of archive.all()) {
      archive.delete(uid);
      archive.add(content, flags);
    }
    const uidNext = archive.uidNext;
    await world.ask(openGate, () => ({
      kind: 'hint',
      ticket: null,
      uidValidity: archive.uidValidity,
      uidNext,
      moved: [],
      complete: true,
    }));
    return world;
  }

  it('whose hints name what is not there is searched for, and reopened whole', async () => {
    const world = await withHintsThatNameNothing();
    await world.pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
    await world.pass();
    await world.pass();
    await expectWhole(world);
  });

  it('whose hints name what is not there gets new ones by repair, once', async () => {
    const world = await withHintsThatNameNothing();
    expect((await repairDesk(world.desk(), { dryRun: false })).hints).toBe(1);
    expect((await repairDesk(world.desk(), { dryRun: false })).hints).toBe(0);
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
    await world.pass();
    await world.pass();
    await expectWhole(world);
  });
});

describe('an open ticket without messages', () => {
  it('counts as archived, and opens again with what comes for it', async () => {
    const world = await splitTicket();
    await world.pass();
    for (const { uid } of world.visible('open')) world.server.folder(FOLDERS.open).delete(uid);
    world.server.deliver(matter({ from: CARL, subject: 'Another' }));
    await world.pass();
    await world.pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'back' }));
    await world.pass();
    expect(world.tickets()).toContain('1 open');
    expect(await ticketsAreWhole(world)).toEqual([]);
  });

  it('whose first message still lies in the inbox gets it', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    const desk = world.desk();
    const refusing = withStore(desk, { move: () => Promise.reject(new Error('no')) });
    await world.pass(refusing).catch(() => undefined);
    const [entry] = world
      .visible('register')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'ticket');
    // As if it had been taken for filed.
    await desk.store.setFlags(FOLDERS.register, [entry?.uid ?? 0], { remove: ['\\Flagged'] });
    await world.pass();
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(world.contents('open').filter(isOfPeople)).toEqual(['Printer']);
    expect(world.tickets()).toEqual(['1 open']);
  });
});

describe('a ticket of which the server leaves a message where it was', () => {
  it('stays under way until it is moved', async () => {
    const world = await archivedTicket();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
    const desk = world.desk();
    const { store } = desk;
    const partly = withStore(desk, {
      move: (folder, uids, to) => store.move(folder, folder === FOLDERS.archived ? uids.slice(1) : uids, to),
    });
    await world.pass(partly).catch(() => undefined);
    expect(world.tickets()).toEqual(['1 open under way', '2 open']);
    await world.pass();
    await expectWhole(world);
  });
});
