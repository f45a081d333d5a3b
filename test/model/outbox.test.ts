/** The outbox as people may find it: what they take out of it, put into it or change there; and a death while it is sent. */
import { describe, expect, it } from 'vitest';
import { MARKED_TOGETHER } from '../../src/worker/send/hand-over.js';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { type Fault, type Outcome, Scheduler } from './scheduler.js';

/** A desk that sends nothing yet: that many new tickets, each with an acknowledgement and two notices in the outbox. */
async function holding(tickets: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  await passHeld(world);
  for (let number = 1; number <= tickets; number += 1)
    world.server.deliver(matter({ from: `jane-${number}@example.org`, subject: `Matter ${number}` }));
  await passHeld(world);
  return world;
}

async function passHeld(world: DeskWorld): Promise<void> {
  await world.pass({ ...world.desk(), hold: true });
}

function inOutbox(world: DeskWorld, to: string) {
  const found = world
    .visible('outbox')
    .find(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === to);
  if (found === undefined) throw new Error(`nothing waits for ${to}`);
  return found;
}

describe('mail that is held back', () => {
  it('is all there to be read, and what is left of it goes out when the desk sends again', async () => {
    const world = await holding(1);
    await passHeld(world);
    expect(world.contents('open')).toEqual(['Matter 1']);
    expect(world.contents('outbox')).toEqual(['(acknowledgement)', '(notice)', '(notice)']);
    expect(world.sent()).toEqual([]);
    await world.server.connect(openGate).remove(FOLDERS.outbox, [inOutbox(world, 'jane-1@example.org').uid]);
    await world.pass();
    await world.pass();
    expect(world.sent()).toEqual(['notice to steve@example.com', 'notice to ann@example.com']);
    expect(world.contents('open')).toEqual(['Matter 1']);
  });
});

describe('a message in the outbox', () => {
  it('that somebody has deleted is not sent, and not written again', async () => {
    const world = await holding(1);
    const person = world.server.connect(openGate);
    await person.setFlags(FOLDERS.outbox, [inOutbox(world, 'jane-1@example.org').uid], {
      add: ['\\Deleted'],
    });
    await person.remove(FOLDERS.outbox, [inOutbox(world, 'ann@example.com').uid]);
    for (let pass = 0; pass < 3; pass += 1) await world.pass();
    expect(world.sent()).toEqual(['notice to steve@example.com']);
    expect(world.contents('outbox')).toEqual(['(notice)']);
  });

  it('that somebody else has put there stays as it is, and is not sent', async () => {
    const world = await holding(0);
    const copied = matter({ from: 'eve@example.net', subject: 'Spam', to: 'victim@example.net' });
    world.server.place({ kind: 'append', actor: 'person', folder: FOLDERS.outbox }, copied, ['\\Seen']);
    await world.pass();
    await world.pass();
    expect(world.sent()).toEqual([]);
    expect(world.contents('outbox')).toEqual(['Spam']);
  });

  it.each([
    ['other words', (text: string) => text.replace('\r\n\r\nack', '\r\n\r\nBack')],
    ['another recipient', (text: string) => text.replace('To: jane-1@example.org', 'To: eve@example.net')],
  ])('that somebody has given %s is not sent: it goes to Review, with an error', async (_, change) => {
    const world = await holding(1);
    const { uid, content } = inOutbox(world, 'jane-1@example.org');
    const changed = change(content.raw.toString('latin1'));
    expect(changed).not.toBe(content.raw.toString('latin1'));
    await world.server.connect(openGate).remove(FOLDERS.outbox, [uid]);
    const event = { kind: 'append', actor: 'person', folder: FOLDERS.outbox } as const;
    world.server.place(event, Buffer.from(changed, 'latin1'), ['\\Seen']);
    expect(await world.pass()).toMatchObject({ sent: 2, refused: 1 });
    await world.pass();
    expect(world.sent()).toEqual(['notice to steve@example.com', 'notice to ann@example.com']);
    expect(world.visible('review').map(({ content: { raw } }) => raw.toString('latin1'))).toEqual([changed]);
    expect(world.log.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

/** One pass by a worker that dies so, then one by another. */
async function killedAt(
  start: DeskWorld,
  faults: readonly Fault[],
): Promise<{ world: DeskWorld; calls: Outcome }> {
  const world = start.clone();
  const scheduler = new Scheduler({ switches: [], faults });
  const desk = world.desk(scheduler.gate('worker'), scheduler.gate('worker', { reconnects: true }));
  scheduler.spawn('worker', async () => {
    await world.pass(desk);
  });
  const calls = await scheduler.run();
  await world.pass();
  return { world, calls };
}

const CONNECTIONS = 4;
const IN_FLIGHT = MARKED_TOGETHER + CONNECTIONS;
const LETTERS = 27;

describe('a death while mail is sent', () => {
  it('has what is in flight sent again at most, each with the Message-ID of its first sending', async () => {
    const start = await holding(9);
    const { calls } = await killedAt(start, []);
    const sendings = (calls.commands.get('worker') ?? []).flatMap((command, call) =>
      /^send |^store Outbox|^move Outbox/.test(command) ? [call] : [],
    );
    const again: number[] = [];
    for (const call of sendings) {
      const { world } = await killedAt(start, [{ kind: 'kill', actor: 'worker', call, parts: 99 }]);
      const { sent } = world.post;
      const ids = new Set(sent.map(({ messageId }) => messageId));
      expect([call, ids.size]).toEqual([call, LETTERS]);
      expect(new Set(sent.map(({ raw }) => raw.toString('latin1'))).size).toBe(LETTERS);
      expect(world.contents('outbox').every((name) => name === '(notice)')).toBe(true);
      again.push(sent.length - ids.size);
    }
    expect(sendings.length).toBeGreaterThan(LETTERS);
    expect(Math.max(...again)).toBeLessThanOrEqual(IN_FLIGHT);
    // Some died with all of these in flight but what was not heard yet.
    expect(Math.max(...again)).toBeGreaterThan(MARKED_TOGETHER);
  });
});
