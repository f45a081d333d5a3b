/** Tickets that are erased: nothing of them stays in any folder, whatever the erasure is killed in, and nobody wonders where they went. */
import { describe, expect, it } from 'vitest';
import { erase } from '../../src/worker/erase/erase.js';
import { comeSince } from '../../src/worker/erase/erasure.js';
import { planPerson } from '../../src/worker/erase/plan-person.js';
import { type Planned, planTicket, type TicketPlan } from '../../src/worker/erase/plan-ticket.js';
import { repairDesk } from '../../src/worker/repair/repair.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { everyChange } from './arbitraries.js';
import { answer, growOld, matter, nameless } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate, type WorldOptions } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { CALM, type Fault, Scheduler } from './scheduler.js';
import { askToMerge, askToSplit, mixedUp } from './second-thoughts.js';

async function eraseTicket(desk: WorkingDesk, number: number): Promise<TicketPlan> {
  const plan = await planTicket(desk, number, new Set());
  if (!('refused' in plan)) await erase(desk, plan);
  return plan;
}

/** Where the server still has these words, in any message of any folder. */
function placesOf(world: DeskWorld, words: RegExp): readonly string[] {
  return world.server.snapshot().flatMap(({ name, messages }) =>
    messages.flatMap(({ uid, content, flags }) => {
      const found = words.exec(content.raw.toString('latin1'));
      return found === null || flags.has('\\Deleted') ? [] : [`${name}/${uid}: ${found[0]}`];
    }),
  );
}

/** In ticket 1 (open) jane and eve have written, in ticket 3 (archived) carl and eve. Copies lie in Sent and Trash. */
async function withCopies(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await mixedUp(options);
  const { server } = world;
  for (const name of ['Sent', 'Trash', 'Kept', 'Other']) server.create(name);
  const person = server.connect({ ...openGate, actor: 'person' });
  const all = (folder: string): readonly number[] =>
    server
      .folder(folder)
      .all()
      .map(({ uid }) => uid);
  await person.copy(FOLDERS.open, all(FOLDERS.open), 'Trash');
  await person.copy(FOLDERS.archived, all(FOLDERS.archived), 'Sent');
  // It looks at a folder of sent mail for the first time.
  await world.pass();
  server.deliver(answer(world, { by: 'jane@example.org', ticket: 1, name: 'pending' }));
  return world;
}

/** All that tells of ticket 1, but for what others have written in theirs. */
const OF_ONE =
  /jane@example\.org|Matter 1|Toner|imapdesk\.1\.|support\+1[.@]|<1>(?!\r\nX-Imapdesk-(?:Count|Ticket))/;

describe('a ticket that is erased', () => {
  it('is gone from every folder of the desk, and from Sent and Trash; all others are as they were', async () => {
    const world = await withCopies();
    const others = world.tickets().filter((line) => !line.startsWith('1 '));
    expect(placesOf(world, OF_ONE).length).toBeGreaterThan(10);
    const plan = await eraseTicket(world.desk(), 1);
    expect('refused' in plan ? [] : plan.erasure.tickets).toEqual([1]);
    expect(placesOf(world, OF_ONE)).toEqual([]);
    expect(world.tickets()).toEqual(others);
    const before = world.server.snapshot();
    const sent = world.post.sent.length;
    await world.pass();
    expect(world.sent(sent)).toEqual([]);
    expect(world.tickets()).toEqual(others);
    expect(names(world.server.snapshot())).toEqual(names(before));
  });

  it('shows each message before anything is touched', async () => {
    const world = await withCopies();
    const before = names(world.server.snapshot());
    const plan = await planTicket(world.desk(), 1, new Set());
    expect(names(world.server.snapshot())).toEqual(before);
    if ('refused' in plan) throw new Error(plan.refused);
    const shown = plan.erasure.messages.map(({ folder, facts }) => `${folder}: ${facts.subject}`);
    expect(shown).toEqual(
      expect.arrayContaining([
        'Open: Matter 1',
        'Open: Toner',
        'Trash: Matter 1',
        'Trash: Toner',
        'INBOX: Re: [issue1] Matter 1',
      ]),
    );
    expect(shown.every((line) => /Matter 1|Toner/.test(line))).toBe(true);
    expect(plan.erasure.outOfReach.people).toEqual(
      expect.arrayContaining(['eve@example.net', 'jane@example.org', 'steve@example.com']),
    );
  });

  it('leaves the folders of others alone, and tells of copies in them', async () => {
    const world = await withCopies();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const [first = 0] = world.visible('open').map(({ uid }) => uid);
    await person.copy(FOLDERS.open, [first], 'Kept');
    await person.copy(FOLDERS.open, [first], 'Other');
    const plan = await planTicket(world.desk(), 1, new Set(['Other', 'Trash']));
    if ('refused' in plan) throw new Error(plan.refused);
    expect(plan.erasure.outOfReach.elsewhere).toEqual([{ folder: 'Kept', messages: 1 }]);
    await erase(world.desk(), plan);
    expect(world.server.folder('Other').all()).toHaveLength(1);
    expect(world.server.folder('Trash').all().length).toBeGreaterThan(5);
  });

  it('keeps its number, even if it was the last one: no repair and no mail brings it back', async () => {
    const world = await withCopies();
    world.server.deliver(matter({ from: 'gina@example.org', subject: 'Last' }));
    await world.pass();
    const acknowledgement = world.post.sent.findLast(({ envelope }) => envelope.to === 'gina@example.org');
    await growOld(world);
    await eraseTicket(world.desk(), 7);
    expect(placesOf(world, /gina@/)).toEqual([]);
    const report = await repairDesk(world.desk(), { dryRun: false });
    expect(report).toMatchObject({ tickets: [], highest: 7 });
    const to = field(acknowledgement?.raw ?? Buffer.alloc(0), 'Reply-To') ?? '';
    const sent = world.post.sent.length;
    world.server.deliver(matter({ from: 'gina@example.org', subject: 'Again', to }));
    world.server.deliver(matter({ from: 'hanna@example.org', subject: 'Next' }));
    await world.pass();
    expect(world.sent(sent)).toEqual(
      expect.arrayContaining(['error-report to gina@example.org', 'acknowledgement to hanna@example.org']),
    );
    expect(world.contents('review')).toContain('Again');
    expect(world.tickets().filter((line) => /^[78] /.test(line))).toEqual(['8 open']);
  });

  it('leaves the archive looked at as far as it was, when its hints go that told so', async () => {
    const world = await withCopies();
    await world.request(openGate, 'close', 4);
    await world.pass();
    const live = (): readonly string[] =>
      world.visible('register').flatMap(({ content, flags }) => {
        if (field(content.raw, 'X-Imapdesk-Entry') !== 'hint' || flags.has('\\Answered')) return [];
        return [field(content.raw, 'X-Imapdesk-Archived') ?? ''];
      });
    const told = new Set(live());
    for (const number of [3, 4, 6]) await eraseTicket(world.desk(), number);
    expect(placesOf(world, /carl@|dora@|fred@|Ribbon/)).toEqual([]);
    expect(new Set(live())).toEqual(told);
    const log = world.log.length;
    await world.pass();
    expect(world.log.slice(log).filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('is refused for a number that stands for another ticket, that was erased, or that never was', async () => {
    const world = await withCopies();
    await askToMerge(world, { into: 1, from: 2 });
    await world.pass();
    expect(await eraseTicket(world.desk(), 2)).toEqual({ refused: 'merged', into: 1 });
    expect(await eraseTicket(world.desk(), 99)).toEqual({ refused: 'no-such-ticket' });
    const plan = await eraseTicket(world.desk(), 1);
    expect('refused' in plan ? [] : plan.erasure.tickets).toEqual([1, 2]);
    expect(await eraseTicket(world.desk(), 1)).toMatchObject({ refused: 'erased' });
    expect(await eraseTicket(world.desk(), 2)).toMatchObject({ refused: 'erased' });
    expect(placesOf(world, /jane@|bob@|Matter [12]|<[12]>(?!\r\nX-Imapdesk-(?:Count|Ticket))/)).toEqual([]);
  });

  it('does not take along what was split off it', async () => {
    const world = await withCopies();
    await askToSplit(world, 1, 'Toner');
    await world.pass();
    await eraseTicket(world.desk(), 1);
    await world.pass();
    expect(world.tickets()).toContain('7 open');
    expect(world.contents('open')).toContain('Toner');
    expect(placesOf(world, /jane@example\.org/)).toEqual([]);
  });

  it('is not mistaken for another one that something came to meanwhile', async () => {
    const world = await withCopies();
    const shown = await planTicket(world.desk(), 1, new Set());
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1, name: 'meanwhile' }));
    await world.pass();
    const now = await planTicket(world.desk(), 1, new Set());
    if ('refused' in shown || 'refused' in now) throw new Error('it is there');
    expect(comeSince(shown.erasure, shown.erasure)).toEqual([]);
    expect(comeSince(shown.erasure, now.erasure).map(({ facts }) => facts.messageId)).toContain(
      'meanwhile-1-jane@example.org',
    );
  });
});

async function erasePerson(world: DeskWorld, address: string, desk = world.desk()): Promise<Planned> {
  const plan = await planPerson(desk, address, new Set());
  if ('refused' in plan) throw new Error(plan.refused);
  await erase(desk, plan);
  return plan;
}

describe('a person who is erased', () => {
  it('takes their tickets along, and of others’ tickets only what they wrote', async () => {
    const world = await withCopies();
    // Eve has a ticket of her own, and has written to those of jane and carl.
    world.server.deliver(matter({ from: 'eve@example.net', subject: 'Bulb' }));
    await world.pass();
    const { erasure } = await erasePerson(world, 'EVE@example.net');
    expect(erasure.tickets).toEqual([7]);
    expect(erasure.parts).toEqual([1, 3]);
    expect(placesOf(world, /eve@example\.net|Bulb|Toner|Ribbon/)).toEqual([]);
    const log = world.log.length;
    await world.pass();
    expect(world.tickets()).toEqual(expect.arrayContaining(['1 open', '3 archived']));
    expect(world.tickets().some((line) => line.startsWith('7 '))).toBe(false);
    expect(world.contents('open')).toContain('Matter 1');
    expect(world.contents('archived')).toContain('Matter 3');
    expect(world.log.slice(log).filter(({ level }) => level !== 'debug')).toEqual([]);
    world.server.deliver(matter({ from: 'hanna@example.org', subject: 'Next' }));
    await world.pass();
    expect(world.tickets()).toContain('8 open');
  });

  it('shows what others wrote that names or quotes the person, and leaves it', async () => {
    const world = await withCopies();
    const body = 'eve@example.net told me that hers burns as well.';
    const from = 'hanna@example.org';
    world.server.deliver(
      letter({ from, to: 'support@example.com', subject: 'Hearsay', messageId: 'hearsay@example.org', body }),
    );
    await world.pass();
    const { mentions, erasure } = await erasePerson(world, 'eve@example.net');
    expect(
      mentions?.shown.map(({ folder, ticket, facts }) => [folder, ticket, facts.subject]),
    ).toContainEqual([FOLDERS.open, 7, 'Hearsay']);
    expect(mentions?.others).toBe(0);
    const erased = new Set(erasure.messages.map(({ facts }) => facts.identity));
    expect(mentions?.shown.filter(({ facts }) => erased.has(facts.identity))).toEqual([]);
    expect(world.contents('open')).toContain('Hearsay');
  });

  it('leaves a ticket together that was merged with another’s, and says that its note names them', async () => {
    const world = await withCopies();
    await askToMerge(world, { into: 1, from: 2 });
    await world.pass();
    const plan = await erasePerson(world, 'bob@example.org');
    expect([plan.mixed, plan.erasure.tickets, plan.erasure.parts]).toEqual([[1], [], [1]]);
    expect(world.contents('open')).not.toContain('Matter 2');
    await world.pass();
    expect(world.contents('open')).toContain('Matter 1');
    expect(world.tickets()).toContain('1 open');
  });

  it('is nobody of the desk, and nobody whom it does not know', async () => {
    const world = await withCopies();
    const refusals = [];
    for (const address of ['support@example.com', 'ann@example.com', 'nobody@example.org'])
      refusals.push(await planPerson(world.desk(), address, new Set()));
    expect(refusals).toEqual([{ refused: 'desk' }, { refused: 'staff' }, { refused: 'unknown' }]);
  });
});

function names(snapshot: ReturnType<DeskWorld['server']['snapshot']>): readonly string[] {
  return snapshot.flatMap(({ name, messages }) =>
    messages.map(({ content, flags }) => `${name}: ${content.origin} ${[...flags].toSorted().join()}`),
  );
}

describe.each([
  ['as servers are', {}],
  ['without UIDPLUS and MOVE', { uidPlus: false, move: 'copy' as const }],
])('an erasure that dies, %s', (_, options) => {
  it('is finished by the next one, and a pass between the two takes nothing for moved', async () => {
    const start = await withCopies(options);
    await askToMerge(start, { into: 1, from: 2 });
    await start.pass();
    const calm = start.clone();
    const undisturbed = await run(calm, []);
    await calm.pass();
    const end = lastingState(calm);
    for (const fault of everyChange(undisturbed, 'eraser', 'kill')) {
      const world = start.clone();
      await run(world, [fault]);
      const log = world.log.length;
      await world.pass();
      const told = world.log.slice(log).map(({ message }) => message);
      expect(
        told.filter((line) => /gone|no message|moved/.test(line)),
        JSON.stringify(fault),
      ).toEqual([]);
      await eraseTicket(world.desk(), 1);
      await world.pass();
      expect(lastingState(world), JSON.stringify(fault)).toEqual(end);
    }
  });

  it('of a person, too: no link to what has gone from others’ tickets stays', async () => {
    const start = await withCopies(options);
    start.server.deliver(matter({ from: 'eve@example.net', subject: 'Bulb' }));
    await start.pass();
    const eve = (desk: WorkingDesk): Promise<unknown> => erasePerson(start, 'eve@example.net', desk);
    const calm = start.clone();
    const undisturbed = await run(calm, [], eve);
    await calm.pass();
    const end = lastingState(calm);
    const faults = everyChange(undisturbed, 'eraser', 'kill');
    expect(faults.length).toBeGreaterThan(5);
    for (const fault of faults) {
      const world = start.clone();
      await run(world, [fault], eve);
      const log = world.log.length;
      await world.pass();
      const told = world.log.slice(log).map(({ message }) => message);
      expect(
        told.filter((line) => /gone|no message|moved/.test(line)),
        JSON.stringify(fault),
      ).toEqual([]);
      const again = await planPerson(world.desk(), 'eve@example.net', new Set());
      if (!('refused' in again)) await erase(world.desk(), again);
      await world.pass();
      expect(lastingState(world), JSON.stringify(fault)).toEqual(end);
    }
  });
});

describe('what an erasure of a person that died has left', () => {
  it('keeps a link whose message lies anywhere', async () => {
    const start = await withCopies();
    start.server.deliver(matter({ from: 'gina@example.org', subject: 'Drum', to: 'support+1@example.com' }));
    start.server.deliver(
      nameless(matter({ from: 'gina@example.org', subject: 'Tape', to: 'support+3@example.com' })),
    );
    await start.pass();
    const eve = (desk: WorkingDesk): Promise<unknown> => erasePerson(start, 'eve@example.net', desk);
    // Somebody has put one of them away, among folders that are not the desk's.
    const person = start.server.connect({ ...openGate, actor: 'person' });
    const drum = start
      .visible('open')
      .filter(({ content }) => field(content.raw, 'Subject') === 'Drum')
      .map(({ uid }) => uid);
    await person.move(FOLDERS.open, drum, 'Kept');
    const calm = start.clone();
    const undisturbed = await run(calm, [], eve);
    const faults = everyChange(undisturbed, 'eraser', 'kill');
    const lists = (world: DeskWorld): readonly string[] =>
      lastingState(world).filter((line) => line.startsWith('Register: '));
    for (const number of [1, 3])
      expect(lists(calm).join('\n')).toContain(`Register: Register: a message of ticket ${number} `);
    for (const fault of faults) {
      const world = start.clone();
      await run(world, [fault], eve);
      const again = await planPerson(world.desk(), 'eve@example.net', new Set());
      if (!('refused' in again)) await erase(world.desk(), again);
      expect(lists(world), JSON.stringify(fault)).toEqual(lists(calm));
    }
  });

  it('goes with the erasure of another ticket, too', async () => {
    const start = await withCopies();
    const eve = (desk: WorkingDesk): Promise<unknown> => erasePerson(start, 'eve@example.net', desk);
    const undisturbed = await run(start.clone(), [], eve);
    const links = (world: DeskWorld): number =>
      world.visible('register').filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'link')
        .length;
    const calm = start.clone();
    await run(calm, [], eve);
    await eraseTicket(calm.desk(), 6);
    for (const fault of everyChange(undisturbed, 'eraser', 'kill')) {
      const world = start.clone();
      await run(world, [fault], eve);
      await eraseTicket(world.desk(), 6);
      const again = await planPerson(world.desk(), 'eve@example.net', new Set());
      if (!('refused' in again)) await erase(world.desk(), again);
      expect(links(world), JSON.stringify(fault)).toBe(links(calm));
    }
  });
});

async function run(
  world: DeskWorld,
  faults: readonly Fault[],
  what: (desk: WorkingDesk) => Promise<unknown> = (desk) => eraseTicket(desk, 1),
) {
  const scheduler = new Scheduler({ ...CALM, faults });
  const desk = world.desk(scheduler.gate('eraser'));
  scheduler.spawn('eraser', async () => {
    await what(desk);
  });
  return scheduler.run();
}

/** All that is left, without UIDs and times; of notes how many, since a second run may write another one. */
function lastingState(world: DeskWorld): readonly string[] {
  return [
    ...world.server.snapshot().flatMap(({ name, messages }) =>
      messages.flatMap(({ content, flags }) => {
        const entry = field(content.raw, 'X-Imapdesk-Entry');
        if (flags.has('\\Deleted') || entry === 'hint' || entry === 'erased') return [];
        const id = entry === null ? field(content.raw, 'Message-ID') : field(content.raw, 'Subject');
        return [`${name}: ${id} ${[...flags].toSorted().join()}`];
      }),
    ),
    ...(world
      .visible('register')
      .some(
        ({ content, flags }) =>
          field(content.raw, 'X-Imapdesk-Entry') === 'erased' && !flags.has('\\Answered'),
      )
      ? ['an erasure is under way']
      : []),
  ].toSorted();
}
