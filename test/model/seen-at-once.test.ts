/** What a pass asks for in the same round trips, or knows without asking, while others are at work in the mailbox. */
import { describe, expect, it } from 'vitest';
import { rememberingStore, StoreMemory } from '../../src/mailbox/remembering.js';
import type { MailStore } from '../../src/mailbox/store.js';
import type { AdoptChoice, WorkingDesk } from '../../src/worker/workplace/desk.js';
import { DeskWorld, FOLDERS, openGate, withStore } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';

const DAY_MS = 86_400_000;
const LONG_AGO = 'Tue, 6 Oct 2020 10:00:00 +0000';

function mail(name: string, date?: string): Buffer {
  return letter({
    from: `${name} <${name}@example.org>`,
    to: 'support@example.com',
    subject: `Mail ${name}`,
    messageId: `m-${name}@example.org`,
    ...(date === undefined ? {} : { date }),
  });
}

/** The same messages under other UIDs, in the order given. */
function makeAnew(world: DeskWorld, folder: 'INBOX' | 'Outbox', turn = false): void {
  const messages = world.visible(folder === 'INBOX' ? 'inbox' : 'outbox');
  world.server.deleteFolder(folder);
  world.server.create('Elsewhere');
  world.server.create(folder);
  for (const { content, flags } of turn ? messages.toReversed() : messages)
    world.server.place({ kind: 'append', actor: 'person', folder }, content.raw, [...flags]);
}

function asked(world: DeskWorld, choice: AdoptChoice): WorkingDesk {
  const desk = world.desk();
  return { ...desk, adopt: { ...desk.adopt, choice } };
}

async function withOlderMail(count: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  for (let index = 0; index < count; index += 1)
    world.server.place({ kind: 'append', actor: 'person', folder: 'INBOX' }, mail(`o${index}`, LONG_AGO), []);
  await world.pass(asked(world, 'none'));
  world.clock.advance(DAY_MS);
  return world;
}

describe('what a worker knows of how the desk began', () => {
  it('is read again once the inbox has other UIDs: somebody may have answered elsewhere', async () => {
    const world = await withOlderMail(26);
    const runner = world.desk();
    await world.pass(runner);
    makeAnew(world, 'INBOX');
    await expect(world.pass(runner)).rejects.toMatchObject({ code: 'adoption-undecided' });
    await world.pass(asked(world, 'none'));
    world.server.deliver(mail('later'));
    await world.pass(runner);
    expect(world.tickets()).toEqual(['1 open']);
  });

  it('does not stand above what was answered elsewhere', async () => {
    const world = await withOlderMail(5);
    const runner = world.desk();
    await world.pass(runner);
    makeAnew(world, 'INBOX');
    await world.pass(asked(world, 'none'));
    await world.pass(runner);
    expect(world.tickets()).toEqual([]);
    expect(world.contents('inbox')).toHaveLength(5);
  });

  it('does not keep it at work on a register that was emptied', async () => {
    const world = new DeskWorld();
    const runner = world.desk();
    await world.pass(runner);
    world.server.deliver(mail('first'));
    await world.pass(runner);
    const person = world.server.connect({ ...openGate, actor: 'person' });
    await person.remove(
      'Register',
      world.visible('register').map(({ uid }) => uid),
    );
    world.server.deliver(mail('new'));
    const before = world.server.history.length;
    await expect(world.pass(runner)).rejects.toMatchObject({ code: 'register-emptied' });
    await expect(world.pass(runner)).rejects.toMatchObject({ code: 'register-emptied' });
    expect(world.server.history.length).toBe(before);
  });
});

describe('a look at Open and the inbox', () => {
  it('takes mail that somebody drags from one to the other meanwhile for pending', async () => {
    const world = new DeskWorld();
    for (const names of [['first'], ['second', 'third']]) {
      for (const name of names) world.server.deliver(mail(name));
      await world.pass();
    }
    const desk = world.desk();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    let isDragged = false;
    const fetch: typeof desk.store.fetch = async (folder, uids, options) => {
      if (folder === 'Open' && !isDragged && uids.length > 0) {
        isDragged = true;
        const first = world
          .visible('open')
          .filter(({ content }) => field(content.raw, 'Subject') === 'Mail first');
        await person.move(
          'Open',
          first.map(({ uid }) => uid),
          'INBOX',
        );
      }
      return desk.store.fetch(folder, uids, options);
    };
    await world.pass(withStore(desk, { fetch }));
    expect(isDragged).toBe(true);
    expect(world.tickets()[0]).toBe('1 open');
  });
});

describe('letters that a worker has written', () => {
  it('go to those whom they are for, though the outbox was renumbered before they were looked at', async () => {
    const world = new DeskWorld();
    const desk = world.desk();
    await world.pass(desk);
    for (const name of ['a', 'b']) world.server.deliver(mail(name));
    let isStaged = false;
    let isRenumbered = false;
    const append: typeof desk.store.append = (folder, messages) => {
      isStaged ||= folder === 'Outbox';
      return desk.store.append(folder, messages);
    };
    const search: typeof desk.store.search = (folder, query) => {
      if (folder === 'Outbox' && isStaged && !isRenumbered) {
        isRenumbered = true;
        makeAnew(world, 'Outbox', true);
      }
      return desk.store.search(folder, query);
    };
    await world.pass(withStore(desk, { append, search }));
    expect(isRenumbered).toBe(true);
    for (const { raw, envelope } of world.post.sent) expect(field(raw, 'To')).toContain(envelope.to);
  });

  it('are forgotten with their outbox, where no status tells that it was made anew', async () => {
    const world = new DeskWorld();
    const memory = new StoreMemory([FOLDERS.register, FOLDERS.outbox], { reread: [FOLDERS.outbox] });
    const base = world.desk();
    // As a worker that goes on does: one memory, a store for each pass.
    const runner = (): WorkingDesk => ({
      ...base,
      store: rememberingStore(withoutModseq(world.server.connect(openGate)), { memory }),
    });
    await world.pass(runner());
    for (const name of ['a', 'b']) world.server.deliver(mail(name));
    await world.pass(runner());
    await world.pass(runner());
    const from = world.post.sent.length;
    world.server.deleteFolder('Outbox');
    world.server.create('Elsewhere');
    world.server.create('Outbox');
    world.server.deliver(mail('c'));
    await world.pass({ ...world.desk(), hold: true });
    await world.pass(runner());
    const subjects = world.post.sent.slice(from).map(({ raw }) => field(raw, 'Subject'));
    expect(subjects).not.toEqual([]);
    for (const subject of subjects) expect(subject).toContain('Mail c');
  });
});

function withoutModseq(inner: MailStore): MailStore {
  return new Proxy(inner, {
    get: (target, name) => {
      if (name === 'statuses')
        return async (folders: readonly string[]) =>
          new Map(
            [...(await target.statuses(folders))].map(([folder, status]) => [
              folder,
              { ...status, modseq: null },
            ]),
          );
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('the words of new mail', () => {
  it('are not read of mail that nobody is told of', async () => {
    const world = new DeskWorld();
    world.server.deliver(mail('old'));
    world.clock.advance(5 * DAY_MS);
    const desk = world.desk();
    const read: string[] = [];
    const fetchPart: typeof desk.store.fetchPart = (folder, uids, options) => {
      read.push(folder);
      return desk.store.fetchPart(folder, uids, options);
    };
    await world.pass({ ...withStore(desk, { fetchPart }), adopt: { ...desk.adopt, choice: 'all' } });
    expect(world.tickets()).toHaveLength(1);
    expect(read).toEqual([]);
  });
});
