/** Tickets that become one, on a desk without faults. */
import { describe, expect, it } from 'vitest';
import { handInReply, lookAtTicket } from '../../src/worker/ask/handing-in.js';
import { findTicket, listTickets } from '../../src/worker/ask/tickets.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { answer, growOld, matter, quietDay } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { askToMerge } from './second-thoughts.js';

const JANE = 'jane@example.org';
const BOB = 'bob@example.org';
const STEVE = 'steve@example.com';

async function subjectsOf(world: DeskWorld, number: number): Promise<readonly string[]> {
  const desk = world.desk();
  const ticket = await findTicket(desk, await takeSurvey(desk), number);
  return (ticket?.messages ?? [])
    .filter(({ facts }) => facts.origin === null)
    .map(({ facts, folder }) => `${folder}: ${facts.subject}`);
}

async function numbers(world: DeskWorld, state: 'open' | 'archived'): Promise<readonly number[]> {
  const desk = world.desk();
  const lines = await listTickets(desk, await takeSurvey(desk), new Set([state]));
  return lines.map(({ number }) => number);
}

/** Two tickets become one, and so much happens after it that the merge is among the newest entries no longer. */
async function merged(merge: { into: number; from: number; joinPeople?: boolean }): Promise<DeskWorld> {
  const world = await quietDay();
  await askToMerge(world, merge);
  await world.pass();
  await growOld(world);
  return world;
}

async function expectQuiet(world: DeskWorld): Promise<void> {
  const before = [world.server.history.length, world.post.sent.length];
  await world.pass();
  await world.pass();
  expect([world.server.history.length, world.post.sent.length]).toEqual(before);
}

describe('a merge', () => {
  it.each([
    ['of two open tickets', 1, 2, ['open: Matter 1', 'open: Matter 2']],
    ['of an archived ticket into an open one', 1, 3, ['open: Matter 1', 'open: Matter 3']],
    ['of an open ticket into an archived one', 3, 1, ['archived: Matter 1', 'archived: Matter 3']],
    ['of two archived tickets', 3, 6, ['archived: Matter 3', 'archived: Matter 6']],
  ] as const)('%s brings the messages together, and tells nobody', async (_, into, from, together) => {
    const before = await quietDay();
    const world = await merged({ into, from });
    expect(world.post.sent.length).toBe(before.post.sent.length);
    const found = await subjectsOf(world, from);
    expect(found).toEqual(expect.arrayContaining([...together]));
    expect(await subjectsOf(world, into)).toEqual(found);
    const listed = [...(await numbers(world, 'open')), ...(await numbers(world, 'archived'))];
    expect(new Set(listed)).toEqual(new Set([1, 2, 3, 4, 5, 6].filter((number) => number !== from)));
    expect(listed).toHaveLength(5);
    await expectQuiet(world);
  });

  it('closes and reopens as one ticket, by either number and by dragging', async () => {
    const world = await merged({ into: 1, from: 2 });
    await world.request(openGate, 'close', 2);
    await world.pass();
    expect(await subjectsOf(world, 1)).toEqual(['archived: Matter 1', 'archived: Matter 2']);
    await growOld(world);
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const uids = world
      .visible('archived')
      .filter(({ content }) => field(content.raw, 'Subject') === 'Matter 2')
      .map(({ uid }) => uid);
    await person.move(FOLDERS.archived, uids, FOLDERS.open);
    await world.pass();
    expect(await subjectsOf(world, 2)).toEqual(['open: Matter 1', 'open: Matter 2']);
    expect(world.tickets()).toEqual(expect.arrayContaining(['1 open', '2 archived']));
    await expectQuiet(world);
  });

  it('keeps the ticket open if a message of the other was just moved to the archive', async () => {
    const world = await quietDay();
    // Its own hints say all that they can of the archive.
    for (const command of ['close', 'reopen'] as const) {
      await world.request(openGate, command, 1);
      await world.pass();
    }
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const uids = world
      .visible('open')
      .filter(({ content }) => field(content.raw, 'Subject') === 'Matter 2')
      .map(({ uid }) => uid);
    await person.move(FOLDERS.open, uids, FOLDERS.archived);
    await askToMerge(world, { into: 1, from: 2 });
    await world.pass();
    expect(await subjectsOf(world, 1)).toEqual(['open: Matter 1', 'open: Matter 2']);
    expect(world.tickets()).toContain('1 open');
    await expectQuiet(world);
  });

  it('lets the earlier of two stand, and makes one void that would close a circle', async () => {
    const world = await quietDay();
    await askToMerge(world, { into: 1, from: 2 });
    await askToMerge(world, { into: 4, from: 2 });
    await askToMerge(world, { into: 2, from: 1 });
    await askToMerge(world, { into: 2, from: 5 });
    await world.pass();
    expect(await subjectsOf(world, 1)).toEqual(['open: Matter 1', 'open: Matter 2', 'open: Matter 5']);
    expect(await numbers(world, 'open')).toEqual([1, 4]);
    await growOld(world);
    expect(await subjectsOf(world, 5)).toEqual(await subjectsOf(world, 1));
    await expectQuiet(world);
  });

  it('files later mail to either number with the one ticket', async () => {
    const world = await merged({ into: 1, from: 2 });
    world.server.deliver(answer(world, { by: BOB, ticket: 2 }));
    world.server.deliver(matter({ from: BOB, subject: 'Plain', to: 'support+2@example.com' }));
    world.server.deliver(
      matter({ from: BOB, subject: 'Thread', lines: ['In-Reply-To: <matter-2@example.org>'] }),
    );
    await world.pass();
    const found = await subjectsOf(world, 1);
    expect(found).toEqual(
      expect.arrayContaining(['open: Re: [issue2] Matter 2', 'open: Plain', 'open: Thread']),
    );
    expect(await numbers(world, 'open')).toEqual([1, 4, 5]);
    await expectQuiet(world);
  });

  it('moves mail that still waits in the outbox to where the ticket is', async () => {
    const world = await quietDay();
    world.server.deliver(answer(world, { by: STEVE, ticket: 3, name: 'reply' }));
    const outage = world.clone({ post: { outages: [{ from: 0, attempts: 1 }] } });
    await outage.pass();
    expect(outage.contents('outbox').filter((name) => name === '(Hello.)')).toHaveLength(1);
    await askToMerge(outage, { into: 1, from: 3 });
    await growOld(outage);
    await outage.pass();
    await outage.pass();
    expect(outage.contents('outbox')).not.toContain('(Hello.)');
    expect(outage.contents('archived')).not.toContain('(Hello.)');
    await expectQuiet(outage);
  });
});

describe('the people of a merged ticket', () => {
  function sentSince(world: DeskWorld, from: number): readonly string[] {
    return world.sent(from).filter((line) => !/ to (?:steve|ann)@/.test(line));
  }

  it.each([
    ['without', false, [`Hello. to ${JANE}`]],
    ['with', true, [`Hello. to ${JANE}`, `Hello. to ${BOB}`]],
  ] as const)('%s --join-people', async (_, joinPeople, reached) => {
    const world = await merged({ into: 1, from: 2, joinPeople });
    const before = world.post.sent.length;
    world.server.deliver(answer(world, { by: STEVE, ticket: 1 }));
    await world.pass();
    expect(sentSince(world, before)).toEqual(reached);
  });

  it.each([false, true])('alone get the reply to a notice about their own matter', async (joinPeople) => {
    const world = await merged({ into: 1, from: 2, joinPeople });
    const before = world.post.sent.length;
    world.server.deliver(answer(world, { by: STEVE, ticket: 2 }));
    await world.pass();
    expect(sentSince(world, before)).toEqual([`Hello. to ${BOB}`]);
    const relay = world.post.sent.slice(before).find(({ envelope }) => envelope.to === BOB);
    expect(field(relay?.raw ?? Buffer.alloc(0), 'Subject')).toBe('Re: [issue2] Matter 2');
    expect(field(relay?.raw ?? Buffer.alloc(0), 'Reply-To')).toContain('support+2.');
    const told = world.post.sent.slice(before).find(({ envelope }) => envelope.to === 'ann@example.com');
    expect(told?.raw.toString()).toContain(`"replyGoesTo":"${BOB}"`);
    expect(field(told?.raw ?? Buffer.alloc(0), 'Reply-To')).toContain('support+2.');
    expect(await subjectsOf(world, 1)).toContain('open: Re: [issue2] Matter 2');
    await expectQuiet(world);
  });

  it("do not join by what is written to them from the desk's account, and alone get what follows it", async () => {
    const world = await merged({ into: 1, from: 2 });
    world.server.create('Sent');
    await world.pass();
    const extra = ['In-Reply-To: <matter-2@example.org>'];
    const words = {
      from: 'support@example.com',
      to: BOB,
      subject: 'Words',
      messageId: 'w@example.com',
      extra,
    };
    world.server.place({ kind: 'append', actor: 'person', folder: 'Sent' }, letter(words), ['\\Seen']);
    await world.pass();
    expect(await subjectsOf(world, 1)).toContain('open: Words');
    const before = world.post.sent.length;
    world.server.deliver(answer(world, { by: STEVE, ticket: 2, name: 'after-words' }));
    await world.pass();
    expect(sentSince(world, before)).toEqual([`Hello. to ${BOB}`]);
    world.server.deliver(answer(world, { by: STEVE, ticket: 1, name: 'elsewhere' }));
    await world.pass();
    expect(sentSince(world, before)).toEqual([`Hello. to ${BOB}`, `Hello. to ${JANE}`]);
  });

  it.each([
    [1, JANE],
    [2, BOB],
  ])('get from the command line what it has announced, under the number %i', async (number, reached) => {
    const world = await merged({ into: 1, from: 2 });
    const wanted = { number, kind: 'reply' as const, as: null };
    const seen = await lookAtTicket(world.desk(), wanted, false);
    const before = world.post.sent.length;
    await handInReply(world.desk(), wanted, { text: 'Hello.', files: [] });
    await world.pass();
    expect(sentSince(world, before)).toEqual(seen?.audience.map((address) => `Hello. to ${address}`));
    expect(seen?.audience).toEqual([reached]);
  });

  it('may write and reopen, and not close, where they did not join', async () => {
    const world = await merged({ into: 1, from: 2 });
    world.server.deliver(answer(world, { by: BOB, ticket: 2, done: true, name: 'close' }));
    await world.pass();
    expect(await numbers(world, 'open')).toContain(1);
    await world.request(openGate, 'close', 1);
    await world.pass();
    expect(await numbers(world, 'archived')).toContain(1);
    const before = world.post.sent.length;
    world.server.deliver(answer(world, { by: BOB, ticket: 2, name: 'again' }));
    await world.pass();
    expect(await numbers(world, 'open')).toContain(1);
    const notice = world.post.sent.slice(before).find(({ envelope }) => envelope.to === STEVE);
    expect(notice?.raw.toString()).toContain('"newcomer":true');
    world.server.deliver(answer(world, { by: STEVE, ticket: 1, name: 'to-bob' }));
    const replied = world.post.sent.length;
    await world.pass();
    expect(sentSince(world, replied)).toEqual([`Hello. to ${BOB}`]);
    const relay = world.post.sent.slice(replied).find(({ envelope }) => envelope.to === BOB);
    expect(field(relay?.raw ?? Buffer.alloc(0), 'Subject')).toBe('Re: [issue2] Matter 2');
  });

  it('close and reopen like those of the ticket, where they joined', async () => {
    const world = await merged({ into: 1, from: 2, joinPeople: true });
    world.server.deliver(answer(world, { by: BOB, ticket: 2, done: true, name: 'close' }));
    await world.pass();
    expect(await numbers(world, 'archived')).toContain(1);
    await expectQuiet(world);
  });
});
