/** What people do to the entries in the register's folder. */
import { describe, expect, it } from 'vitest';
import { repairDesk } from '../../src/worker/repair/repair.js';
import { matter, quietDay, stateOf } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { mixedUp } from './second-thoughts.js';

function entryOf(world: DeskWorld, kind: string, number: number) {
  const found = world
    .visible('register')
    .find(
      ({ content: { raw } }) =>
        field(raw, 'X-Imapdesk-Entry') === kind && field(raw, 'X-Imapdesk-Ticket') === `<${number}>`,
    );
  if (found === undefined) throw new Error(`there is no ${kind} of ticket ${number}`);
  return found;
}

async function archiveByHand(world: DeskWorld, subject: string): Promise<void> {
  const uids = world
    .visible('open')
    .filter(({ content }) => field(content.raw, 'Subject') === subject)
    .map(({ uid }) => uid);
  await world.server.connect({ ...openGate, actor: 'person' }).move(FOLDERS.open, uids, FOLDERS.archived);
}

describe('flags of the register', () => {
  it.each(['\\Answered', '\\Flagged', '\\Seen', '\\Draft', '$Work'])(
    'set or removed by somebody on a ticket entry change no ticket: %s',
    async (flag) => {
      const calm = await quietDay();
      const before = stateOf(calm);
      for (const number of [1, 2, 3, 4, 5, 6]) {
        const world = calm.clone();
        const entry = entryOf(world, 'ticket', number);
        if (!entry.flags.delete(flag)) entry.flags.add(flag);
        await world.pass();
        await world.pass();
        expect([number, stateOf(world)]).toEqual([number, before]);
        expect(world.post.sent.length).toBe(calm.post.sent.length);
      }
    },
  );

  it('that make many archived tickets look open at once move no message, and staff are told', async () => {
    const world = await quietDay();
    const { open, archived } = stateOf(world) as Record<string, unknown>;
    const before = world.post.sent.length;
    for (const entry of world.visible('register'))
      if (field(entry.content.raw, 'X-Imapdesk-Entry') === 'ticket') entry.flags.delete('\\Answered');
    await world.pass();
    expect(stateOf(world)).toMatchObject({ open, archived });
    expect(world.sent(before)).toEqual(['absence to steve@example.com', 'absence to ann@example.com']);
  });

  it('make a ticket follow its entry once, if somebody flags that: a move of just then is undone', async () => {
    const world = await quietDay();
    entryOf(world, 'ticket', 1).flags.add('\\Flagged');
    await archiveByHand(world, 'Matter 1');
    await world.pass();
    expect(world.tickets()).toContain('1 open');
    expect(world.contents('open')).toContain('Matter 1');
    await archiveByHand(world, 'Matter 1');
    await world.pass();
    expect(world.tickets()).toContain('1 archived');
  });

  it('say that a request is done, if somebody marks it as answered', async () => {
    const world = await quietDay();
    await world.request(openGate, 'close', 1);
    entryOf(world, 'request', 1).flags.add('\\Answered');
    await world.pass();
    expect(world.tickets()).toContain('1 open');
  });
});

describe('a ticket entry that somebody has deleted', () => {
  it('is rebuilt by repair', async () => {
    const world = await quietDay();
    const before = stateOf(world);
    entryOf(world, 'ticket', 1).flags.add('\\Deleted');
    await repairDesk(world.desk(), { dryRun: false });
    await world.pass();
    expect(stateOf(world)).toEqual(before);
  });

  it('makes new tickets of its messages in Open if a pass comes first; its number is not given again', async () => {
    const world = await quietDay();
    entryOf(world, 'ticket', 1).flags.add('\\Deleted');
    await world.pass();
    expect(world.tickets().filter((line) => line.endsWith('open'))).toEqual([
      '2 open',
      '4 open',
      '5 open',
      '7 open',
    ]);
    world.server.deliver(matter({ from: 'jane@example.org', subject: 'Fax' }));
    await world.pass();
    expect(world.tickets()).toContain('8 open');
  });
});

describe('a link that somebody has deleted', () => {
  it('makes a new ticket of its message', async () => {
    const world = await mixedUp();
    entryOf(world, 'link', 1).flags.add('\\Deleted');
    await world.pass();
    const note = world.visible('open').at(-1)?.content.raw ?? Buffer.alloc(0);
    expect(field(note, 'Subject')).toBe('Re: [issue7] Toner');
  });
});

describe('an adoption entry that somebody has deleted', () => {
  it('stops the desk as if the register were empty', async () => {
    const world = await quietDay();
    world.visible('register')[0]?.flags.add('\\Deleted');
    await expect(world.pass()).rejects.toMatchObject({ code: 'register-emptied', exitCode: 78 });
  });
});
