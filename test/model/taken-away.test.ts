/** Tickets whose mail people take away: one, many at once, and through the trash; and confirmed closes by moving. */
import { describe, expect, it } from 'vitest';
import { DeskWorld, FOLDERS, nameOf, openGate, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';

function matter(subject: string, to = 'support@example.com'): Buffer {
  const messageId = `${subject.toLowerCase().replaceAll(' ', '-')}@example.org`;
  return letter({ from: 'Jane Doe <jane@example.org>', to, subject, messageId, extra: [] });
}

async function withTickets(count: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  world.server.create('Trash');
  world.server.create('Elsewhere');
  await world.pass();
  for (let index = 1; index <= count; index += 1) world.server.deliver(matter(`Matter ${index}`));
  await world.pass();
  return world;
}

/** Moves what people wrote, and leaves what the desk wrote. */
async function take(world: DeskWorld, from: string, to: string, wanted: readonly string[]): Promise<void> {
  const uids = world.server
    .folder(from)
    .all()
    .filter(({ content }) => wanted.includes(nameOf(content.raw)))
    .map(({ uid }) => uid);
  expect(uids).toHaveLength(wanted.length);
  await world.server.connect(openGate).move(from, uids, to);
}

function names(world: DeskWorld, folder: string): readonly string[] {
  return world.server
    .folder(folder)
    .all()
    .map(({ content }) => nameOf(content.raw));
}

function matters(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `Matter ${from + index}`);
}

function absences(world: DeskWorld): readonly string[] {
  return world.visible('register').flatMap(({ content, flags }) => {
    if (field(content.raw, 'X-Imapdesk-Entry') !== 'absence') return [];
    return [flags.has('\\Answered') ? 'over' : 'live'];
  });
}

describe('a ticket whose mail was taken away', () => {
  it('counts as archived, and its own copies go to the archive', async () => {
    const world = await withTickets(1);
    await take(world, FOLDERS.open, 'Elsewhere', ['Matter 1']);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived')).toEqual(['(acknowledgement)']);
  });

  it('takes its own copies along into the trash', async () => {
    const world = await withTickets(1);
    await take(world, FOLDERS.open, 'Trash', ['Matter 1']);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived')).toEqual([]);
    expect(names(world, 'Trash')).toEqual(['Matter 1', '(acknowledgement)']);
  });

  it('reopens under its number when its mail comes back, or when somebody writes', async () => {
    const world = await withTickets(2);
    await take(world, FOLDERS.open, 'Trash', ['Matter 1']);
    await world.pass();
    await take(world, 'Trash', FOLDERS.open, ['Matter 1']);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    await take(world, FOLDERS.open, 'Elsewhere', ['Matter 2']);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 archived']);
    world.server.deliver(matter('Re: Matter 2 [issue2]', 'support+2@example.com'));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    expect(world.contents('review')).toEqual([]);
  });

  it('loses the mail that was not sent yet', async () => {
    const world = await withTickets(0);
    world.server.deliver(matter('Matter 1'));
    const desk = { ...world.desk(), hold: true };
    await world.pass(desk);
    expect(world.contents('outbox')).toEqual(['(acknowledgement)', '(notice)', '(notice)']);
    await take(world, FOLDERS.open, 'Elsewhere', ['Matter 1']);
    await world.pass(desk);
    expect(world.contents('outbox')).toEqual([]);
    await world.pass();
    expect(world.post.sent).toEqual([]);
  });
});

describe('many tickets that go at once', () => {
  it.each([
    [11, 60],
    [2, 5],
    [3, 12],
  ])('%i of %i are left as they are, and staff are told once', async (gone, of) => {
    const world = await withTickets(of);
    const before = world.post.sent.length;
    await take(world, FOLDERS.open, 'Elsewhere', matters(1, gone));
    for (let pass = 0; pass < 3; pass += 1) await world.pass();
    expect(world.tickets().filter((line) => line.endsWith('open'))).toHaveLength(of);
    expect(world.sent(before)).toEqual(['absence to steve@example.com', 'absence to ann@example.com']);
    expect(world.post.sent.at(-1)?.raw.toString()).toContain('"number":1,"subject":"Matter 1"');
    expect(world.log.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(absences(world)).toEqual(['live']);
  });

  it.each([
    [10, 60],
    [1, 2],
    [2, 10],
  ])('%i of %i are not too many', async (gone, of) => {
    const world = await withTickets(of);
    await take(world, FOLDERS.open, 'Elsewhere', matters(1, gone));
    await world.pass();
    expect(world.tickets().filter((line) => line.endsWith('archived'))).toHaveLength(gone);
    expect(absences(world)).toEqual([]);
  });

  it('are told again only after they were back', async () => {
    const world = await withTickets(5);
    await take(world, FOLDERS.open, 'Elsewhere', matters(1, 3));
    await world.pass();
    await take(world, 'Elsewhere', FOLDERS.open, matters(1, 3));
    await world.pass();
    expect(absences(world)).toEqual(['over']);
    await take(world, FOLDERS.open, 'Elsewhere', matters(2, 4));
    await world.pass();
    expect(absences(world)).toEqual(['over', 'live']);
    expect(world.sent().filter((line) => line.startsWith('absence'))).toHaveLength(4);
  });

  it('may be closed by moving them to the archive, which is no absence', async () => {
    const world = await withTickets(15);
    await take(world, FOLDERS.open, FOLDERS.archived, matters(1, 15));
    await world.pass();
    expect(world.tickets().every((line) => line.endsWith('archived'))).toBe(true);
    expect(absences(world)).toEqual([]);
  });
});

describe('a close by moving that is confirmed', () => {
  const policy = { ...POLICY, confirmDrag: true };
  const confirmed = (world: DeskWorld): number =>
    world.sent().filter((line) => line === 'confirmation-closed to jane@example.org').length;

  it('is told to the requester after a minute, once', async () => {
    const world = await withTickets(1);
    const pass = () => world.pass({ ...world.desk(), policy });
    await take(world, FOLDERS.open, FOLDERS.archived, ['Matter 1']);
    await pass();
    expect(world.contents('outbox')).toContain('(confirmation-closed)');
    await pass();
    expect(confirmed(world)).toBe(0);
    world.clock.advance(60_000);
    await pass();
    await pass();
    expect(confirmed(world)).toBe(1);
    expect(world.contents('archived')).toContain('(confirmation-closed)');
  });

  it('is taken back by moving the mail back within that minute', async () => {
    const world = await withTickets(1);
    const pass = () => world.pass({ ...world.desk(), policy });
    await take(world, FOLDERS.open, FOLDERS.archived, ['Matter 1']);
    await pass();
    expect(world.contents('outbox')).toContain('(confirmation-closed)');
    await take(world, FOLDERS.archived, FOLDERS.open, ['Matter 1']);
    await pass();
    world.clock.advance(600_000);
    await pass();
    expect(confirmed(world)).toBe(0);
    expect(world.contents('outbox')).not.toContain('(confirmation-closed)');
    expect(world.tickets()).toEqual(['1 open']);
  });

  it('goes to five people a pass', async () => {
    const world = await withTickets(12);
    const pass = () => world.pass({ ...world.desk(), policy });
    await take(world, FOLDERS.open, FOLDERS.archived, matters(1, 12));
    for (let passes = 1; passes <= 4; passes += 1) {
      const before = confirmed(world);
      await pass();
      expect(confirmed(world) - before).toBeLessThanOrEqual(5);
      world.clock.advance(60_000);
    }
    expect(confirmed(world)).toBe(12);
  });

  it('is told to nobody where the desk does not confirm it', async () => {
    const world = await withTickets(1);
    await take(world, FOLDERS.open, FOLDERS.archived, ['Matter 1']);
    await world.pass();
    world.clock.advance(600_000);
    await world.pass();
    expect(confirmed(world)).toBe(0);
  });
});
