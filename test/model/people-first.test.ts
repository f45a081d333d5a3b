/** People who are quicker than the desk, or take away and bring back what it works with. */
import { describe, expect, it } from 'vitest';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import type { Gate } from './scheduler.js';

const JANE = 'jane@example.org';

async function begun(...subjects: readonly string[]): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const subject of subjects) world.server.deliver(matter({ from: JANE, subject }));
  return world;
}

function uidOf(world: DeskWorld, folder: keyof typeof FOLDERS, subject: string): number {
  const found = world.visible(folder).find(({ content }) => field(content.raw, 'Subject') === subject);
  if (found === undefined) throw new Error(`${subject} is not in ${folder}`);
  return found.uid;
}

async function expectQuiet(world: DeskWorld): Promise<void> {
  const before = [world.server.history.length, world.post.sent.length];
  await world.pass();
  await world.pass();
  expect([world.server.history.length, world.post.sent.length]).toEqual(before);
}

describe('new mail', () => {
  it('is filed like any other if somebody has read, flagged and labelled it before', async () => {
    const world = await begun('Printer');
    const flags = ['\\Seen', '\\Flagged', '\\Answered', '$Work'];
    await world.server.connect(openGate).setFlags(FOLDERS.inbox, [1], { set: flags });
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.sent()).toContain(`acknowledgement to ${JANE}`);
    expect([...(world.visible('open')[0]?.flags ?? [])]).toEqual(flags);
  });

  it.each([
    ['deleted', { add: ['\\Deleted'] }],
    ['expunged', null],
  ])('that somebody has %s was never there', async (_, change) => {
    const world = await begun('Printer', 'Fax');
    const person = world.server.connect({ ...openGate, actor: 'person' });
    if (change === null) await person.remove(FOLDERS.inbox, [1]);
    else await person.setFlags(FOLDERS.inbox, [1], change);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['Fax', '(acknowledgement)']);
    expect(world.sent()).toHaveLength(3);
  });

  it('that goes in the middle of a pass causes no mail; of its ticket no more than the number stays, archived', async () => {
    const calls: string[] = [];
    const calm = await begun('Printer', 'Fax');
    await calm.pass(calm.desk(goingAt(calm, -1, calls), openGate));
    const filing = calls.findIndex((what) => what.startsWith('move INBOX'));
    expect(filing).toBeGreaterThan(10);
    for (let call = 0; call <= filing; call += 1) {
      const world = await begun('Printer', 'Fax');
      await world.pass(world.desk(goingAt(world, call, []), openGate));
      await world.pass();
      const told = [calls[call], world.contents('open'), world.contents('outbox'), world.sent().length];
      expect(told).toEqual([calls[call], ['Fax', '(acknowledgement)'], ['(notice)', '(notice)'], 3]);
      expect(['1 open', '1 archived 2 open']).toContain(world.tickets().join(' '));
      await expectQuiet(world);
    }
  });

  /** A worker's gate: before that call of it, somebody removes the first message for good. */
  function goingAt(world: DeskWorld, call: number, calls: string[]): Gate {
    const person = world.server.connect({ ...openGate, actor: 'person' });
    return {
      actor: 'worker',
      begin: async (what) => {
        if (calls.push(what) - 1 === call) await person.remove(FOLDERS.inbox, [1]);
        return openGate.begin(what);
      },
    };
  }
});

describe('a message in Review', () => {
  it('becomes a ticket in Open: it gets a number and a filing note, and nobody is written to', async () => {
    const world = await begun();
    world.server.deliver(matter({ from: JANE, subject: 'Lost', to: 'support+78@example.com' }));
    await world.pass();
    expect(world.contents('review')).toEqual(['Lost']);
    const before = world.post.sent.length;
    await world.server.connect(openGate).move(FOLDERS.review, [uidOf(world, 'review', 'Lost')], FOLDERS.open);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['Lost', '(filing-note)']);
    expect(field(world.visible('open')[1]?.content.raw ?? Buffer.alloc(0), 'Subject')).toBe(
      'Re: [issue1] Lost',
    );
    expect(world.post.sent.length).toBe(before);
    await expectQuiet(world);
  });
});

describe('what somebody deletes of a ticket', () => {
  it('is gone, while the ticket goes on with the rest', async () => {
    const world = await begun('Printer');
    await world.pass();
    world.server.deliver(matter({ from: JANE, subject: 'More', to: 'support+1@example.com' }));
    await world.pass();
    const uid = uidOf(world, 'open', 'Printer');
    await world.server.connect({ ...openGate, actor: 'person' }).remove(FOLDERS.open, [uid]);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['(acknowledgement)', 'More']);
    await expectQuiet(world);
  });

  it('is gone if it is all of it: the ticket counts as archived, and its number is not given again', async () => {
    const world = await begun('Printer');
    await world.pass();
    const all = world.visible('open').map(({ uid }) => uid);
    await world.server.connect({ ...openGate, actor: 'person' }).remove(FOLDERS.open, all);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    await expectQuiet(world);
    world.server.deliver(matter({ from: JANE, subject: 'Fax' }));
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived', '2 open']);
    expect(world.contents('open')).toEqual(['Fax', '(acknowledgement)']);
  });
});
