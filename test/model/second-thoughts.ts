/** Scenes in which somebody has found out that mail lies in the wrong ticket. */
import { identityOf } from '../../src/message/header/identity.js';
import { answer, growOld, matter, nameless, quietDay } from './busy-day.js';
import { type DeskWorld, openGate, type WorldOptions } from './desk-world.js';
import { field, splitMessage } from './message-text.js';

/** The identity of the message with that subject, wherever it lies. */
export function identityBySubject(world: DeskWorld, subject: string): string {
  for (const folder of ['open', 'archived'] as const) {
    const found = world
      .visible(folder)
      .find(
        ({ content }) =>
          field(content.raw, 'Subject') === subject && field(content.raw, 'X-Imapdesk-Origin') === null,
      );
    if (found !== undefined)
      return identityOf(splitMessage(found.content.raw).header, found.content.raw.length);
  }
  throw new Error(`no message has the subject ${subject}`);
}

export async function askToSplit(world: DeskWorld, ticket: number, subject: string): Promise<void> {
  const identity = identityBySubject(world, subject);
  await world.ask(openGate, (id) => ({ kind: 'request', id, command: 'split', ticket, identity }));
}

/**
 * Ticket 1 (open) and ticket 3 (archived) hold mail that is about something else: "Toner" by a link, "Re: … Matter 1" by
 * its marks, and "Ribbon" without a Message-ID in the archive.
 */
export async function mixedUp(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await quietDay(options);
  const { server } = world;
  server.deliver(matter({ from: 'eve@example.net', subject: 'Toner', to: 'support+1@example.com' }));
  server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
  server.deliver(
    nameless(matter({ from: 'eve@example.net', subject: 'Ribbon', to: 'support+3@example.com' })),
  );
  await world.pass();
  await growOld(world);
  return world;
}

/** Those three are to be split off, and mail is pending that answers one of them. */
export async function splitting(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await mixedUp(options);
  await askToSplit(world, 1, 'Toner');
  await askToSplit(world, 3, 'Ribbon');
  await askToSplit(world, 1, 'Re: [issue1] Matter 1');
  const lines = ['In-Reply-To: <toner@example.org>'];
  world.server.deliver(matter({ from: 'eve@example.net', subject: 'More toner', lines }));
  return world;
}

export async function askToMerge(
  world: DeskWorld,
  merge: { readonly into: number; readonly from: number; readonly joinPeople?: boolean },
): Promise<void> {
  const { into, from, joinPeople = false } = merge;
  await world.ask(openGate, () => ({ kind: 'merge', from, into, joinPeople }));
}

/**
 * Merges in every direction between open and archived tickets, one of them into a ticket that is itself merged; and mail
 * is pending for all these numbers.
 */
export async function merging(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await mixedUp(options);
  await askToMerge(world, { into: 1, from: 2 });
  await askToMerge(world, { into: 4, from: 3, joinPeople: true });
  await askToMerge(world, { into: 6, from: 5 });
  await askToMerge(world, { into: 2, from: 4 });
  const { server } = world;
  server.deliver(answer(world, { by: 'bob@example.org', ticket: 2, name: 'later' }));
  server.deliver(answer(world, { by: 'steve@example.com', ticket: 2, name: 'reply' }));
  server.deliver(matter({ from: 'eve@example.net', subject: 'Nib', to: 'support+5@example.com' }));
  server.deliver(answer(world, { by: 'jane@example.org', ticket: 1, name: 'later' }));
  return world;
}
