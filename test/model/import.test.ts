/** `import`: mail in files becomes tickets of a desk in memory; with deaths at every command, and passes in between. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportTickets } from '../../src/export/export.js';
import { type ImportOptions, type ImportReport, importTickets } from '../../src/import/import.js';
import type { Layout } from '../../src/mbox/list.js';
import { mboxPieces } from '../../src/mbox/write.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, growOld, matter, quietDay, withTicket } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';
import { type ExportedFile, readExport } from './exported.js';
import { letter } from './sample-mail.js';
import { CALM, type Fault, type Outcome, Scheduler } from './scheduler.js';
import { askToMerge, askToSplit } from './second-thoughts.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-import-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const DEFAULTS = { dialect: null, closed: null, state: 'archived', renumber: false, dryRun: false } as const;

function bring(
  world: DeskWorld,
  path: string,
  { desk = world.desk(), ...options }: Partial<ImportOptions> & { desk?: WorkingDesk } = {},
): Promise<ImportReport> {
  return importTickets(desk, { ...DEFAULTS, path, ...options });
}

async function exported(world: DeskWorld, name: string, layout: Layout = 'mbox'): Promise<string> {
  const folder = join(parent, name);
  await exportTickets(world.desk(), { folder, layout, choice: { ticket: null, since: null, person: null } });
  return folder;
}

async function emptyDesk(): Promise<DeskWorld> {
  const world = new DeskWorld();
  world.clock.advance(86_400_000);
  await world.pass();
  return world;
}

/** Split, merged, closed and open, with notes of what was merged. */
async function richDesk(): Promise<DeskWorld> {
  const world = await quietDay();
  world.server.deliver(matter({ from: 'eve@example.net', subject: 'Toner', to: 'support+1@example.com' }));
  world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
  await world.pass();
  await askToSplit(world, 1, 'Toner');
  await askToMerge(world, { into: 2, from: 3 });
  await world.pass();
  await growOld(world);
  return world;
}

async function content(folder: string): Promise<readonly ExportedFile[]> {
  return readExport(folder);
}

/** Two passes change nothing and send nothing. */
async function expectQuiet(world: DeskWorld): Promise<void> {
  await world.pass();
  const before = [world.server.history.length, world.post.sent.length, world.contents('outbox').length];
  await world.pass();
  await world.pass();
  expect([world.server.history.length, world.post.sent.length, world.contents('outbox').length]).toEqual(
    before,
  );
  expect(world.post.sent).toEqual([]);
  expect(world.contents('review')).toEqual([]);
}

function mbox(...raws: readonly Buffer[]): Buffer {
  return Buffer.concat(
    raws.flatMap((raw, index) =>
      mboxPieces({ sender: null, receivedAt: new Date(Date.UTC(2026, 0, 1 + index)), raw }),
    ),
  );
}

describe.each(['mbox', 'maildir'] as const)('what was exported as %s', (layout) => {
  it('comes back into an empty desk: bytes, numbers, states, dates, merges; and nobody is told', async () => {
    const from = await richDesk();
    const folder = await exported(from, 'out', layout);
    const world = await emptyDesk();
    const report = await bring(world, folder);
    expect(report).toMatchObject({ tickets: 6, added: 6, elsewhere: 0, refused: [], stopped: false });
    expect(world.tickets()).toEqual(
      expect.arrayContaining(['1 open', '2 open', '3 archived', '4 open', '5 open', '6 archived', '7 open']),
    );
    await expectQuiet(world);
    expect(await content(await exported(world, 'again', layout))).toEqual(await content(folder));
    expect(await bring(world, folder)).toMatchObject({ added: 0, brought: 0 });
    await expectQuiet(world);
    // The next one is one more than the highest that ever was.
    world.server.deliver(matter({ from: 'new@example.org', subject: 'Next' }));
    await world.pass();
    expect(world.tickets()).toContain('8 open');
    world.server.deliver(
      letter({
        from: 'jane@example.org',
        to: 'support@example.com',
        subject: 'Re: it',
        messageId: 'late@example.org',
        extra: ['References: <matter-3@example.org>'],
      }),
    );
    await world.pass();
    expect(world.tickets()).not.toContain('9 open');
  });
});

describe('a death', () => {
  async function dyingAt(world: DeskWorld, path: string, fault: Fault | null): Promise<Outcome> {
    const scheduler = new Scheduler({ ...CALM, faults: fault === null ? [] : [fault] });
    const desk = world.desk(scheduler.gate('worker'));
    // Files are read outside of the model, which waits for nothing but the server.
    scheduler.spawn('worker', () => bring(world, path, { desk }));
    return scheduler.run();
  }

  it('at every command leaves what the next import goes on with, whether a pass comes between or not', {
    timeout: 240_000,
  }, async () => {
    const from = await richDesk();
    const folder = await exported(from, 'out');
    const wanted = await content(folder);
    const calm = await dyingAt(await emptyDesk(), folder, null);
    expect(calm.errors.get('worker')).toBeUndefined();
    const calls = calm.calls.get('worker') ?? [];
    expect(calls.length).toBeGreaterThan(10);
    let round = 0;
    const commands = calm.commands.get('worker') ?? [];
    for (const [call, parts] of calls.entries()) {
      // A death between two that only look leaves nothing else than one before the next that writes.
      if (!/^(?:append|store|move|create|copy|remove) /.test(commands[call] ?? '')) continue;
      for (const part of new Set([0, parts])) {
        const world = await emptyDesk();
        const outcome = await dyingAt(world, folder, { kind: 'kill', actor: 'worker', call, parts: part });
        expect(outcome.dead).toEqual(['worker']);
        world.lookAway();
        if (round % 2 === 0) {
          await world.pass();
          await world.pass();
          expect(world.post.sent).toEqual([]);
        }
        await bring(world, folder);
        await expectQuiet(world);
        const again = join('again', String(round));
        expect(
          await content(await exported(world, again)),
          `call ${call} ${commands[call]}, part ${part}`,
        ).toEqual(wanted);
        round += 1;
      }
    }
  });
});

describe('numbers that are taken', () => {
  it('are an error before anything is written, or get new ones', async () => {
    const folder = await exported(await richDesk(), 'out');
    const world = await withTicket();
    const before = world.server.history.length;
    await expect(bring(world, folder)).rejects.toThrow(
      /are other tickets of the desk already: 1\. Nothing was imported/,
    );
    expect(world.server.history).toHaveLength(before);
    const report = await bring(world, folder, { renumber: true });
    expect(report).toMatchObject({ added: 6, renumbered: [[1, 8]] });
    expect(world.tickets()).toContain('8 open');
    const sent = world.post.sent.length;
    await world.pass();
    expect(world.post.sent).toHaveLength(sent);
    expect(await bring(world, folder, { renumber: true })).toMatchObject({ added: 0, renumbered: [[1, 8]] });
  });
});

describe('loose mail', () => {
  const words = (id: string, extra: readonly string[] = [], subject = 'Invoice'): Buffer =>
    letter({
      from: `${id}@example.org`,
      to: 'support@example.com',
      subject,
      messageId: `${id}@example.org`,
      extra,
    });

  it('becomes tickets by threads, in order of their first messages; alike subjects are two', async () => {
    const path = join(parent, 'loose');
    const reply = words('b', ['In-Reply-To: <a@example.org>'], 'Re: Invoice');
    const lost = ['References: <gone@example.org>'];
    await writeFile(path, mbox(words('a'), words('c'), reply, words('d', lost), words('e', lost)));
    const world = await emptyDesk();
    expect(await bring(world, path, { dryRun: true })).toMatchObject({
      tickets: 3,
      added: 3,
      messages: 5,
      numbers: [1, 3],
    });
    expect(world.contents('archived')).toEqual([]);
    expect(await bring(world, path)).toMatchObject({ tickets: 3, added: 3, brought: 5, open: 0 });
    expect(world.tickets()).toEqual(['1 archived', '2 archived', '3 archived']);
    await expectQuiet(world);
    expect((await content(await exported(world, 'again'))).map(({ messages }) => messages.length)).toEqual([
      2, 1, 2,
    ]);
    // A later file with more of a thread adds to it.
    await writeFile(path, mbox(words('a'), words('f', ['In-Reply-To: <b@example.org>']), reply));
    expect(await bring(world, path)).toMatchObject({ tickets: 1, added: 1, brought: 1 });
    expect((await content(await exported(world, 'more'))).map(({ messages }) => messages.length)).toEqual([
      3, 1, 2,
    ]);
  });

  it('may be open: then nobody is warned, reminded or alarmed by what was said before', async () => {
    const path = join(parent, 'loose');
    await writeFile(path, mbox(words('a'), words('c')));
    const world = await emptyDesk();
    expect(await bring(world, path, { state: 'open' })).toMatchObject({ added: 2, open: 2 });
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    world.clock.advance(40 * 86_400_000);
    await expectQuiet(world);
  });

  it('of Maildirs with folders is one desk of mail; a twin is taken once', async () => {
    const path = join(parent, 'Maildir');
    for (const folder of ['', '.Archived', '.Other'])
      for (const place of ['cur', 'new', 'tmp']) await mkdir(join(path, folder, place), { recursive: true });
    await writeFile(join(path, 'new/1767225600.a.host'), words('a'));
    await writeFile(join(path, '.Archived/cur/1767225700.b.host:2,S'), words('b'));
    await writeFile(join(path, '.Other/cur/1767225700.c.host:2,FRS'), words('a'));
    await writeFile(join(path, 'tmp/1767225600.z.host'), words('z'));
    const world = await emptyDesk();
    expect(await bring(world, path, { state: 'open' })).toMatchObject({
      added: 2,
      open: 1,
      elsewhere: 1,
      messages: 2,
    });
    expect(world.tickets()).toEqual(expect.arrayContaining(['1 open', '2 archived']));
    const [first] = world.visible('open');
    expect(first?.content.receivedAt).toEqual(new Date(1_767_225_600_000));
  });

  it('with LF alone is stored with CRLF, and found again', async () => {
    const path = join(parent, 'loose');
    await writeFile(
      path,
      Buffer.from(mbox(words('a')).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    );
    const world = await emptyDesk();
    await bring(world, path);
    expect(world.visible('archived')[0]?.content.raw).toEqual(words('a'));
    expect(await bring(world, path)).toMatchObject({ added: 0, brought: 0 });
  });
});

describe('a folder of tickets without a list', () => {
  it('keeps numbers and states; whoever wrote first is the requester', async () => {
    const folder = join(parent, 'store');
    await mkdir(join(folder, 'archived'), { recursive: true });
    await writeFile(join(folder, '12'), mbox(matter({ from: 'jane@example.org', subject: 'Fan' })));
    await writeFile(join(folder, 'archived/7'), mbox(matter({ from: 'bob@example.org', subject: 'Lamp' })));
    await writeFile(join(folder, 'README'), 'not a ticket');
    const world = await emptyDesk();
    expect(await bring(world, folder)).toMatchObject({ added: 2, numbers: [7, 12], open: 1 });
    expect(world.tickets()).toEqual(expect.arrayContaining(['7 archived', '12 open']));
    await expectQuiet(world);
    world.server.deliver(matter({ from: 'new@example.org', subject: 'Next' }));
    await world.pass();
    expect(world.tickets()).toContain('13 open');
  });

  it('names the file and the byte where it cannot be read, before anything is written', async () => {
    const folder = join(parent, 'store');
    await mkdir(join(folder, 'archived'), { recursive: true });
    await writeFile(join(folder, '1'), mbox(matter({ from: 'jane@example.org', subject: 'Fan' })));
    await writeFile(join(folder, '2'), 'no mbox');
    const world = await emptyDesk();
    const before = world.server.history.length;
    await expect(bring(world, folder)).rejects.toThrow(/store\/2, at byte 0: no message begins there/);
    await writeFile(join(folder, '2'), mbox(matter({ from: 'jane@example.org', subject: 'Fan 2' })));
    await writeFile(join(folder, 'archived/2'), '');
    await expect(bring(world, folder)).rejects.toThrow(/ticket 2 is there twice/);
    await expect(bring(world, join(parent, 'nowhere'))).rejects.toThrow(/there is no mbox file, no Maildir/);
    await expect(bring(new DeskWorld(), folder)).rejects.toThrow(/no desk has worked in this mailbox yet/);
    expect(world.server.history).toHaveLength(before);
  });
});

it('stops between two tickets where it is told to, and goes on', async () => {
  const folder = await exported(await richDesk(), 'out');
  const world = await emptyDesk();
  const stop = new AbortController();
  const progress = ({ work, done }: { work: string; done: number }): void => {
    if (work === 'importing' && done === 2) stop.abort();
  };
  const desk = { ...world.desk(), signal: stop.signal, progress };
  expect(await bring(world, folder, { desk })).toMatchObject({ stopped: true });
  expect(world.tickets().length).toBeLessThan(6);
  await expectQuiet(world);
  await bring(world, folder);
  await world.request(openGate, 'close', 1);
  await world.pass();
  // Somebody has closed it since: it stays so.
  await bring(world, folder);
  expect(world.tickets()).toContain('1 archived');
});

it('mail that Thunderbird has copied came when it was sent: its line "From " tells of the copy', async () => {
  const world = await emptyDesk();
  const path = join(parent, 'local');
  const head = 'From - Mon Nov  2 09:00:14 2020\r\nX-Mozilla-Status: 0001\n';
  await writeFile(path, `${head}Date: Sat, 1 Nov 2008 09:00:00 +0000\r\nSubject: Old\r\n\r\nWords.\r\n\r\n`);
  await bring(world, path);
  const [old] = await readExport(await exported(world, 'out'));
  expect(old?.times).toEqual([Date.UTC(2008, 10, 1, 9) / 1000]);
});
