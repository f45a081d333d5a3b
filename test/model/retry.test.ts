/** What lies in Review because the mail server refused it is sent once more: by the command, or by moving it there. */
import { describe, expect, it } from 'vitest';
import { outcomesOf, planRetry, type RetryPlan, sendAgain } from '../../src/worker/ask/retry.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { sentOnce } from './invariants.js';
import { field } from './message-text.js';

const DAY = 86_400_000;
const JANE = 'jane@example.org';
const BOB = 'bob@example.org';

/** The relay to Jane about ticket 1 is refused; ticket 2 is Bob's. */
async function refused(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, BOB]) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  world.server.deliver(answer(world, { by: 'steve@example.com', ticket: 1 }));
  world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null);
  await world.pass();
  await world.pass();
  expect(world.addressees('review')).toEqual([JANE]);
  return world;
}

async function plan(world: DeskWorld, ticket: number | null): Promise<RetryPlan> {
  const planned = await planRetry(world.desk(), ticket);
  if (planned === 'no-such-ticket') throw new Error('there is no such ticket');
  return planned;
}

function relaysTo(world: DeskWorld, to: string): number {
  return world.sent().filter((line) => line === `Hello. to ${to}`).length;
}

function told(world: DeskWorld): number {
  return world.sent().filter((line) => line.startsWith('not-delivered')).length;
}

async function drag(world: DeskWorld, from: keyof typeof FOLDERS, to: keyof typeof FOLDERS): Promise<void> {
  const uids = world
    .visible(from)
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === JANE)
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage') === 'relay')
    .map(({ uid }) => uid);
  expect(uids).toHaveLength(1);
  await world.server.connect({ ...openGate, actor: 'person' }).move(FOLDERS[from], uids, FOLDERS[to]);
}

describe('a refused letter', () => {
  it('is found by its ticket, with what the server said', async () => {
    const world = await refused();
    const { again, kept } = await plan(world, 1);
    expect(again.map(({ stage, because }) => [stage.purpose, stage.to, because])).toEqual([
      ['relay', JANE, expect.stringContaining('5.1.1 No such user')],
    ]);
    expect(kept).toEqual([]);
    expect((await plan(world, null)).again).toHaveLength(1);
    expect(await plan(world, 2)).toMatchObject({ ticket: 2, again: [], kept: [] });
    expect(await planRetry(world.desk(), 77)).toBe('no-such-ticket');
  });

  it.each(['the command', 'dragging it'])(
    'is sent once more by %s, and lies in its ticket then',
    async (by) => {
      const world = await refused();
      world.post.rule = () => null;
      const { again } = await plan(world, 1);
      if (by === 'the command') await sendAgain(world.desk(), again);
      else await drag(world, 'review', 'outbox');
      await world.pass();
      await world.pass();
      expect(await outcomesOf(world.desk(), again)).toEqual(['sent']);
      expect(relaysTo(world, JANE)).toBe(1);
      expect(world.addressees('review')).toEqual([]);
      expect((await plan(world, 1)).again).toEqual([]);
      expect(sentOnce(world.post.sent)).toEqual([]);
    },
  );

  it.each(['the command', 'dragging it'])(
    'that somebody has answered in Review is sent once more by %s all the same',
    async (by) => {
      const world = await refused();
      const uids = world.visible('review').map(({ uid }) => uid);
      const person = world.server.connect({ ...openGate, actor: 'person' });
      await person.setFlags(FOLDERS.review, uids, { add: ['\\Answered', '\\Flagged'] });
      world.post.rule = () => null;
      const { again } = await plan(world, 1);
      if (by === 'the command') {
        await sendAgain(world.desk(), again);
        expect(await outcomesOf(world.desk(), again)).toEqual(['waiting']);
      } else await drag(world, 'review', 'outbox');
      await world.pass();
      await world.pass();
      expect(relaysTo(world, JANE)).toBe(1);
      expect(await outcomesOf(world.desk(), again)).toEqual(['sent']);
      expect(world.addressees('review')).toEqual([]);
      expect(sentOnce(world.post.sent)).toEqual([]);
    },
  );

  it('that somebody has deleted is not said to be sent', async () => {
    const world = await refused();
    const { again } = await plan(world, 1);
    await sendAgain(world.desk(), again);
    const uids = world
      .visible('outbox')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === JANE)
      .map(({ uid }) => uid);
    await world.server.connect({ ...openGate, actor: 'person' }).remove(FOLDERS.outbox, uids);
    await world.pass();
    expect(await outcomesOf(world.desk(), again)).toEqual(['gone']);
  });

  it('is told of again where it is refused again', async () => {
    const world = await refused();
    const before = told(world);
    const { again } = await plan(world, 1);
    await sendAgain(world.desk(), again);
    await world.pass();
    await world.pass();
    expect(await outcomesOf(world.desk(), again)).toEqual(['refused']);
    expect(told(world)).toBe(before + 2);
    expect((await plan(world, 1)).again).toHaveLength(1);
  });

  it('is not sent again once it was taken, wherever somebody moves it', async () => {
    const world = await refused();
    world.post.rule = () => null;
    await drag(world, 'review', 'outbox');
    await world.pass();
    expect(relaysTo(world, JANE)).toBe(1);
    world.clock.advance(DAY);
    await drag(world, 'open', 'review');
    const planned = await plan(world, 1);
    expect(planned.again).toEqual([]);
    expect(planned.kept).toMatchObject([{ why: 'sent-already' }]);
    await drag(world, 'review', 'outbox');
    await world.pass();
    await world.pass();
    expect(relaysTo(world, JANE)).toBe(1);
    expect(world.visible('outbox').filter(({ flags }) => !flags.has('\\Answered'))).toEqual([]);
  });

  it('is not sent from a copy of a copy that was sent', async () => {
    const world = await refused();
    world.post.rule = () => null;
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const [uid = 0] = world.visible('review').map((message) => message.uid);
    await person.copy(FOLDERS.review, [uid], FOLDERS.outbox);
    world.clock.advance(DAY);
    await world.pass();
    expect((await plan(world, 1)).kept).toMatchObject([{ why: 'sent-already' }]);
    await drag(world, 'review', 'outbox');
    await world.pass();
    expect(relaysTo(world, JANE)).toBe(1);
  });

  it('begins anew in age: put off, it waits for five days again', async () => {
    const world = await refused();
    world.clock.advance(20 * DAY);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '450 4.2.0 Later' } : null);
    await drag(world, 'review', 'outbox');
    for (let days = 0; days < 4; days += 1) {
      await world.pass();
      expect(world.addressees('review')).toEqual([]);
      world.clock.advance(DAY);
    }
    world.clock.advance(2 * DAY);
    await world.pass();
    expect(world.addressees('review')).toEqual([JANE]);
  });

  it('is none where somebody has changed it, or put a sent one there', async () => {
    const world = await refused();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const [copy] = world.visible('review');
    const changed = (copy?.content.raw.toString('latin1') ?? '').replace('Hello.', 'Goodbye.');
    await person.append(FOLDERS.review, [{ raw: Buffer.from(changed, 'latin1'), flags: [] }]);
    const acknowledgement = world
      .visible('open')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === BOB)
      .map(({ uid }) => uid);
    await person.move(FOLDERS.open, acknowledgement, FOLDERS.review);
    const { again, kept } = await plan(world, null);
    expect(again.map(({ stage }) => stage.to)).toEqual([JANE]);
    expect(kept.map(({ why }) => why)).toEqual(['not-signed', 'not-known']);
  });
});
