/** An inbox that was copied to another server, with the dates on which its mail had come or without them. */
import { describe, expect, it } from 'vitest';
import { rehearse } from '../../src/worker/ask/rehearsal.js';
import { repairDesk } from '../../src/worker/repair/repair.js';
import type { AdoptChoice, WorkingDesk } from '../../src/worker/workplace/desk.js';
import { DeskWorld, withStore } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { dyingAt } from './sent-mail.js';

const LONG_AGO = 'Tue, 6 Oct 2020 10:00:00 +0000';
const DAY_MS = 86_400_000;

function old(name: string, extra: readonly string[] = []): Buffer {
  return letter({
    from: `${name} <${name}@example.org>`,
    to: 'support@example.com',
    subject: `Old ${name}`,
    messageId: `old-${name}@example.org`,
    date: LONG_AGO,
    extra,
  });
}

function fresh(name: string, extra: readonly string[] = [], date?: string): Buffer {
  return letter({
    from: `${name} <${name}@example.org>`,
    to: 'support@example.com',
    subject: `New ${name}`,
    messageId: `new-${name}@example.org`,
    extra,
    ...(date === undefined ? {} : { date }),
  });
}

/** A desk that began beside so much old mail, half of it read, and has worked for a day. */
async function withOld(count: number): Promise<DeskWorld> {
  const world = new DeskWorld();
  for (let index = 0; index < count; index += 1)
    world.server.place(
      { kind: 'append', actor: 'person', folder: 'INBOX' },
      old(`o${index}`),
      index % 2 === 0 ? ['\\Seen'] : [],
    );
  await world.pass(asked(world, 'none'));
  world.server.deliver(fresh('first'));
  await world.pass();
  world.clock.advance(DAY_MS);
  return world;
}

/** What an APPEND without a date does: everything arrives now, under a new UIDVALIDITY. */
function copyInbox(world: DeskWorld): void {
  const messages = world.visible('inbox');
  world.server.deleteFolder('INBOX');
  world.server.create('Elsewhere');
  world.server.create('INBOX');
  for (const { content, flags } of messages)
    world.server.place({ kind: 'append', actor: 'person', folder: 'INBOX' }, content.raw, [...flags]);
}

function asked(world: DeskWorld, choice: AdoptChoice): WorkingDesk {
  const desk = world.desk();
  return { ...desk, adopt: { ...desk.adopt, choice } };
}

function answered(world: DeskWorld, from = 0): readonly string[] {
  return world.sent(from).filter((line) => line.startsWith('acknowledgement'));
}

function copied(world: DeskWorld): readonly string[] {
  return world
    .visible('register')
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'copied')
    .map(({ content }) => field(content.raw, 'X-Imapdesk-Choice') ?? '');
}

const UNDECIDED = { code: 'adoption-undecided', exitCode: 78 };

describe('an inbox that was copied without dates', () => {
  it('that holds much old mail is asked about, and nothing changes until somebody answers', async () => {
    const world = await withOld(26);
    world.server.deliver(fresh('pending'));
    copyInbox(world);
    const [before, sent] = [world.server.snapshot(), world.post.sent.length];
    for (let passes = 0; passes < 2; passes += 1) await expect(world.pass()).rejects.toMatchObject(UNDECIDED);
    await expect(rehearse(world.desk())).rejects.toMatchObject(UNDECIDED);
    expect(world.server.snapshot()).toEqual(before);
    expect(world.post.sent).toHaveLength(sent);
    await expect(world.pass()).rejects.toThrow(
      /26 messages in it are older than the desk[^]*2020-10-06T10:00 {2}old-o25@example.org\n {2}and 6 more, older than these\n[^]*--adopt=none/,
    );
  });

  it('leaves the old mail where it is if told so, and files what is new, then and later', async () => {
    const world = await withOld(26);
    world.server.deliver(fresh('pending'));
    copyInbox(world);
    const sent = world.post.sent.length;
    await world.pass(asked(world, 'none'));
    await world.pass();
    world.server.deliver(fresh('later'));
    await world.pass();
    expect(answered(world, sent)).toEqual([
      'acknowledgement to pending@example.org',
      'acknowledgement to later@example.org',
    ]);
    expect(world.contents('inbox')).toHaveLength(26);
    expect(world.tickets()).toEqual(['1 open', '2 open', '3 open']);
    expect(copied(world)).toEqual(['none']);
  });

  it('has what nobody has read filed without an answer if told so, with one summary for staff', async () => {
    const world = await withOld(26);
    copyInbox(world);
    const sent = world.post.sent.length;
    await world.pass(asked(world, 'all'));
    await world.pass();
    expect(world.sent(sent)).toEqual([
      'copied-summary to steve@example.com',
      'copied-summary to ann@example.com',
    ]);
    expect(world.contents('inbox')).toHaveLength(13);
    expect(world.tickets()).toHaveLength(14);
  });

  it('has what is unread and recent answered if told so', async () => {
    const world = new DeskWorld();
    world.clock.advance(DAY_MS);
    for (let index = 0; index < 26; index += 1) world.server.deliver(old(`o${index}`));
    const yesterday = 'Mon, 2 Nov 2026 20:00:00 +0000';
    world.server.deliver(fresh('unread', [], yesterday));
    await world.pass(asked(world, 'none'));
    copyInbox(world);
    await world.pass(asked(world, 'recent'));
    expect(answered(world)).toEqual(['acknowledgement to unread@example.org']);
    expect(world.contents('inbox')).toHaveLength(26);
  });

  it('has a little old mail filed unasked; nobody is answered, and staff get one summary', async () => {
    const world = await withOld(25);
    world.server.deliver(fresh('pending'));
    copyInbox(world);
    const sent = world.post.sent.length;
    const { decided } = await rehearse(world.desk());
    expect(decided.filter(({ decision }) => decision.acknowledge)).toHaveLength(1);
    for (let passes = 0; passes < 3; passes += 1) await world.pass();
    expect(world.sent(sent).toSorted()).toEqual([
      'acknowledgement to pending@example.org',
      'copied-summary to ann@example.com',
      'copied-summary to steve@example.com',
      'notice to ann@example.com',
      'notice to steve@example.com',
    ]);
    expect(world.contents('inbox')).toEqual([]);
    expect(world.tickets()).toHaveLength(27);
    expect(copied(world)).toEqual(['unasked']);
  });

  it('asks when what is still being copied becomes too much', async () => {
    const world = await withOld(0);
    copyInbox(world);
    for (let index = 0; index < 25; index += 1) {
      world.server.deliver(old(`o${index}`));
      if (index % 5 === 0) await world.pass();
    }
    await world.pass();
    world.server.deliver(old('last'));
    await expect(world.pass()).rejects.toMatchObject(UNDECIDED);
    await world.pass(asked(world, 'none'));
    world.server.deliver(old('after'));
    await world.pass();
    expect(world.contents('inbox')).toEqual(['Old last', 'Old after']);
    expect(answered(world)).toEqual(['acknowledgement to first@example.org']);
  });

  it('goes by the answer that was given, should UIDs change once more', async () => {
    const world = await withOld(30);
    copyInbox(world);
    await world.pass(asked(world, 'none'));
    world.server.deliver(fresh('pending'));
    copyInbox(world);
    await world.pass();
    expect(world.contents('inbox')).toHaveLength(30);
    expect(world.contents('inbox').every((name) => name.startsWith('Old'))).toBe(true);
    expect(answered(world)).toHaveLength(2);
  });

  it('goes by dates, if it has any, and writes nothing down', async () => {
    const world = await withOld(30);
    world.server.deliver(fresh('pending'));
    world.server.renumber('INBOX');
    await world.pass();
    expect(answered(world)).toHaveLength(2);
    expect(world.contents('inbox')).toHaveLength(30);
    expect(copied(world)).toEqual([]);
  });

  it('takes what came in the second in which the desk began for new: dates of messages know no parts of it', async () => {
    const world = new DeskWorld();
    world.clock.advance(700);
    await world.pass();
    const [adoption] = world.visible('register');
    const began = new Date(field(adoption?.content.raw ?? Buffer.alloc(0), 'X-Imapdesk-At') ?? '');
    expect(began.getUTCMilliseconds()).toBe(700);
    const second = new Date(began.getTime() - 700);
    // The clock goes on by a second as it is read.
    world.clock.advance(second.getTime() - world.clock.now().getTime() - 1000);
    world.server.deliver(fresh('at-once', [], second.toUTCString()));
    world.server.renumber('INBOX');
    await world.pass();
    expect(answered(world)).toEqual(['acknowledgement to at-once@example.org']);
    expect(world.contents('inbox')).toEqual([]);
  });

  it('does not take mail for old whose date its sender made up, or which has none, or one to come', async () => {
    const world = await withOld(0);
    copyInbox(world);
    const trace = 'Received: by mx.example.com; Tue, 3 Nov 2026 12:00:00 +0000\r\n';
    world.server.deliver(Buffer.concat([Buffer.from(trace), old('forged')]));
    world.server.deliver(
      Buffer.from(
        old('none')
          .toString()
          .replace(/^Date:.*\r\n/m, ''),
      ),
    );
    world.server.deliver(fresh('future', [], 'Fri, 1 Jan 2100 10:00:00 +0000'));
    await world.pass();
    expect(answered(world)).toHaveLength(4);
    expect(copied(world)).toEqual([]);
  });

  it('does not trust a date of delivery below the one of the own host', async () => {
    const world = await withOld(0);
    copyInbox(world);
    const above = 'Received: by mx.example.com; Tue, 3 Nov 2026 12:00:00 +0000\r\n';
    const below = `Received: by elsewhere; ${LONG_AGO}\r\n`;
    world.server.deliver(Buffer.concat([Buffer.from(above + below), old('relayed')]));
    await world.pass();
    expect(answered(world)).toContain('acknowledgement to relayed@example.org');
  });

  it('changes nothing for a desk without any mail', async () => {
    const world = await withOld(0);
    copyInbox(world);
    const before = world.server.snapshot();
    await world.pass();
    expect(world.server.snapshot()).toEqual(before);
  });

  it('keeps what was taken when the desk began, answered or not', async () => {
    const world = new DeskWorld();
    for (let index = 0; index < 3; index += 1) world.server.deliver(old(`o${index}`));
    world.clock.advance(5 * DAY_MS);
    const dying = withStore(asked(world, 'all'), { move: () => Promise.reject(new Error('dead')) });
    await world.pass(dying).catch(() => undefined);
    expect(world.contents('inbox')).toHaveLength(3);
    copyInbox(world);
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(answered(world)).toEqual([]);
  });

  it('is filed once, with one summary, whenever the worker dies on the way', async () => {
    const start = await withOld(3);
    start.server.deliver(fresh('pending'));
    copyInbox(start);
    for (let call = 0; call < 60; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        const sent = world.post.sent.length;
        await dyingAt(world, call, kind);
        await world.pass();
        await world.pass();
        const ids = new Set(world.post.sent.slice(sent).map(({ raw }) => field(raw, 'Message-ID')));
        expect([call, kind, ids.size]).toEqual([call, kind, 5]);
        expect([call, kind, world.contents('inbox')]).toEqual([call, kind, []]);
        const names = world.contents('open').filter((name) => !name.startsWith('('));
        const once = ['New first', 'New pending', 'Old o0', 'Old o1', 'Old o2'];
        expect([call, kind, names.toSorted()]).toEqual([call, kind, once]);
      }
    }
  });

  it('is no matter for repair, which leaves the question to the next pass', async () => {
    const world = await withOld(26);
    copyInbox(world);
    const before = world.server.snapshot();
    await repairDesk(world.desk(), { dryRun: false });
    expect(world.server.snapshot()).toEqual(before);
    await expect(world.pass()).rejects.toMatchObject(UNDECIDED);
  });
});
