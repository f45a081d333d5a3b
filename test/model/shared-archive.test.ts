/** The archive may be the account's own, with other mail in it; and flags in the ticket folders are people's. */
import { describe, expect, it } from 'vitest';
import { DeskWorld, FOLDERS, nameOf, openGate } from './desk-world.js';
import { letter } from './sample-mail.js';

function matter(subject: string, to = 'support@example.com'): Buffer {
  const messageId = `${subject.toLowerCase().replaceAll(' ', '-')}@example.org`;
  return letter({ from: 'Jane Doe <jane@example.org>', to, subject, messageId });
}

function put(world: DeskWorld, folder: string, subject: string): void {
  world.server.place({ kind: 'append', actor: 'person', folder }, matter(subject), ['\\Seen']);
}

async function drag(world: DeskWorld, from: string, to: string, name: string): Promise<void> {
  const uids = world.server
    .folder(from)
    .all()
    .filter(({ content }) => nameOf(content.raw) === name)
    .map(({ uid }) => uid);
  expect(uids).toHaveLength(1);
  await world.server.connect(openGate).move(from, uids, to);
}

describe('an archive with other mail in it', () => {
  it('keeps that mail as it is, whether it was there before or is put there later', async () => {
    const world = new DeskWorld();
    world.server.create(FOLDERS.archived);
    for (let index = 1; index <= 30; index += 1) put(world, FOLDERS.archived, `Private ${index}`);
    await world.pass();
    world.server.deliver(matter('Printer'));
    await world.pass();
    put(world, FOLDERS.archived, 'Later');
    await world.pass();
    await drag(world, FOLDERS.open, FOLDERS.archived, 'Printer');
    put(world, FOLDERS.archived, 'Last');
    await world.pass();
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    const others = world.contents('archived').filter((name) => /^(?:Private|Later|Last)/.test(name));
    expect(others).toHaveLength(32);
    expect(world.sent().every((line) => !line.includes('confirmation'))).toBe(true);
    await drag(world, FOLDERS.archived, FOLDERS.open, 'Printer');
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)']);
  });

  it('gives a number to other mail only when somebody moves it to Open', async () => {
    const world = new DeskWorld();
    world.server.create(FOLDERS.archived);
    put(world, FOLDERS.archived, 'Private');
    await world.pass();
    await drag(world, FOLDERS.archived, FOLDERS.open, 'Private');
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.sent()).toEqual([]);
  });
});

describe('flags of ticket messages', () => {
  it('stay as people set them, through close and reopening; new mail is unseen, the desk’s own is seen', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(matter('Printer'));
    await world.pass();
    const flagsOf = (folder: 'open' | 'archived', name: string): readonly string[] => {
      const found = world.visible(folder).find(({ content }) => nameOf(content.raw) === name);
      return [...(found?.flags ?? ['nothing'])].sort();
    };
    expect(flagsOf('open', 'Printer')).toEqual([]);
    expect(flagsOf('open', '(acknowledgement)')).toEqual(['\\Seen']);
    const uid = world.visible('open').find(({ content }) => nameOf(content.raw) === 'Printer')?.uid ?? 0;
    const people = ['$Work', '\\Answered', '\\Flagged', '\\Seen'];
    await world.server.connect(openGate).setFlags(FOLDERS.open, [uid], { set: people });
    await world.request(openGate, 'close', 1);
    await world.pass();
    expect(flagsOf('archived', 'Printer')).toEqual(people);
    world.server.deliver(matter('Re: Printer', 'support+1@example.com'));
    await world.pass();
    expect(flagsOf('open', 'Printer')).toEqual(people);
    expect(flagsOf('open', 'Re: Printer')).toEqual([]);
  });
});
