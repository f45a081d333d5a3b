/**
 * A desk whose mailbox was copied to another server: every folder has another UIDVALIDITY, every message another UID, in the old
 * order or in any other. What each tool keeps stands in docs/moving.md.
 */
import { describe, expect, it } from 'vitest';
import { answer, busyDay, matter } from './busy-day.js';
import { DeskWorld, FOLDERS } from './desk-world.js';
import type { Stored } from './memory-mailbox.js';
import { field } from './message-text.js';
import { askToMerge, mixedUp } from './second-thoughts.js';

type Order = (messages: readonly Stored[]) => readonly Stored[];

const ORDERS: readonly (readonly [string, Order])[] = [
  ['in order', (messages) => messages],
  ['the newest first', (messages) => messages.toReversed()],
  ['by subject', (messages) => messages.toSorted((a, b) => subjectOf(a).localeCompare(subjectOf(b)))],
];

function subjectOf({ content }: Stored): string {
  return field(content.raw, 'Subject') ?? '';
}

/** The same messages with their dates and flags, as a tool that works by APPEND makes them. */
function copied(from: DeskWorld, order: Order): DeskWorld {
  const world = from.clone();
  for (const name of world.server.folderNames()) {
    world.server.renumber(name);
    const folder = world.server.folder(name);
    const messages = order(folder.all());
    for (const { uid } of messages) folder.delete(uid);
    for (const { content, flags } of messages) folder.add(content, flags);
  }
  return world;
}

/** Which messages lie in a ticket, by Message-ID; what the desk wrote since the copy has another time. */
function contents(world: DeskWorld): object {
  const ids = (folder: keyof typeof FOLDERS) =>
    world
      .visible(folder)
      .map(({ content }) => field(content.raw, 'Message-ID') ?? subjectOf({ content } as Stored))
      .toSorted();
  return {
    open: ids('open'),
    archived: ids('archived'),
    inbox: ids('inbox'),
    tickets: world.tickets().toSorted(),
  };
}

describe.each(ORDERS)('a desk that was copied to another server, %s', (_, order) => {
  it('goes on as if nothing had happened: nothing is sent, and nothing opens', async () => {
    const old = await mixedUp();
    await askToMerge(old, { into: 1, from: 2 });
    await old.pass();
    const world = copied(old, order);
    const before = contents(world);
    const sent = world.post.sent.length;
    for (let pass = 0; pass < 2; pass += 1) await world.pass();
    expect(world.sent(sent)).toEqual([]);
    expect(contents(world)).toEqual(before);
    expect(world.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('files what is pending as the old one would have, and gives the next number', async () => {
    const old = await busyDay();
    const stayed = old.clone();
    await stayed.pass();
    const world = copied(old, order);
    await world.pass();
    expect(world.tickets().toSorted()).toEqual(stayed.tickets().toSorted());
    expect(world.sent().toSorted()).toEqual(stayed.sent().toSorted());
    expect(contents(world)).toEqual(contents(stayed));
  });

  it('gives no number twice, even if the newest tickets are closed', async () => {
    const old = await mixedUp();
    for (const subject of ['Modem', 'Router', 'Switch']) {
      old.server.deliver(matter({ from: 'gina@example.org', subject }));
      await old.pass();
    }
    for (const ticket of [7, 8, 9])
      old.server.deliver(answer(old, { by: 'gina@example.org', ticket, done: true, name: 'close' }));
    await old.pass();
    const world = copied(old, order);
    world.server.deliver(matter({ from: 'hanna@example.org', subject: 'Next' }));
    world.server.deliver(answer(world, { by: 'gina@example.org', ticket: 8, name: 'again' }));
    await world.pass();
    await world.pass();
    expect(world.tickets().toSorted()).toEqual([
      '1 open',
      '10 open',
      '2 open',
      '3 archived',
      '4 open',
      '5 open',
      '6 archived',
      '7 archived',
      '8 open',
      '9 archived',
    ]);
  });
});
