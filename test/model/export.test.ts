/** What `export` writes of a desk, run after run, and what it leaves when it ends before its time. */
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportReport, exportTickets } from '../../src/export/export.js';
import type { Choice } from '../../src/export/what.js';
import type { Layout } from '../../src/mbox/list.js';
import { LIST_NAME } from '../../src/mbox/list.js';
import { Problem } from '../../src/problem/problem.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, growOld, matter, quietDay } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, withStore } from './desk-world.js';
import { type ExportedFile, readExport, sha256 } from './exported.js';
import type { Gate } from './scheduler.js';
import { askToMerge, askToSplit } from './second-thoughts.js';

const ALL: Choice = { ticket: null, since: null, person: null };

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-export-'));
  folder = join(parent, 'tickets');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

function lying(world: DeskWorld): string[] {
  const all = [...world.visible('open'), ...world.visible('archived')];
  return all.map(({ content }) => sha256(content.raw)).sort();
}

function sums(files: readonly ExportedFile[]): string[] {
  return files.flatMap(({ messages }) => messages).sort();
}

function places(files: readonly ExportedFile[]): string[] {
  return files.map(({ ticket, state, messages }) => `${ticket} ${state} ${messages.length}`);
}

/** A gate whose how-manieth call fails, and all that follow. */
function failingAt(call: number): Gate & { calls: number } {
  const gate = {
    actor: 'worker',
    calls: 0,
    begin: (what: string) => {
      gate.calls += 1;
      if (gate.calls <= call) return openGate.begin(what);
      return Promise.reject(new Problem('imap-connection-lost', 'it is cut', { temporary: true }));
    },
  };
  return gate;
}

describe.each(['mbox', 'maildir'] as const)('an export as %s', (layout: Layout) => {
  const run = (
    world: DeskWorld,
    { choice = {}, desk = world.desk() }: { choice?: Partial<Choice>; desk?: WorkingDesk } = {},
  ): Promise<ExportReport> => exportTickets(desk, { folder, layout, choice: { ...ALL, ...choice } });

  it('holds all that lies with tickets, and adds what is new; the desk stays as it is', async () => {
    const world = await quietDay();
    const before = world.server.history.length;
    const report = await run(world);
    expect(report).toMatchObject({ tickets: 6, changed: 6, moved: 0, removed: 0, left: [], stopped: false });
    expect(world.server.history).toHaveLength(before);
    expect(sums(await readExport(folder))).toEqual(lying(world));
    expect(report.added).toBe(report.messages);
    expect(places(await readExport(folder))).toEqual([
      '1 open 2',
      '2 open 2',
      '3 archived 4',
      '4 open 2',
      '5 open 2',
      '6 archived 4',
    ]);
    expect(await run(world)).toMatchObject({ tickets: 6, added: 0, changed: 0, moved: 0, removed: 0 });
    const other = await stat(join(folder, '2'));
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
    await world.request(openGate, 'reopen', 3);
    await world.request(openGate, 'close', 4);
    await world.pass();
    expect(await run(world)).toMatchObject({ added: 2, changed: 2, moved: 2, removed: 0 });
    const files = await readExport(folder);
    expect(sums(files)).toEqual(lying(world));
    expect(places(files).filter((place) => /^[134] /.test(place))).toEqual([
      '1 open 3',
      '3 open 4',
      '4 archived 3',
    ]);
    expect((await stat(join(folder, '2'))).mtimeMs).toBe(other.mtimeMs);
  });

  it('follows a split and a merge', async () => {
    const world = await quietDay();
    world.server.deliver(matter({ from: 'eve@example.net', subject: 'Toner', to: 'support+1@example.com' }));
    await world.pass();
    await run(world);
    await askToSplit(world, 1, 'Toner');
    await askToMerge(world, { into: 2, from: 3 });
    await world.pass();
    await growOld(world);
    expect(await run(world)).toMatchObject({ tickets: 6, removed: 1 });
    const files = await readExport(folder);
    expect(files.map(({ ticket }) => ticket)).toEqual([1, 2, 4, 5, 6, 7]);
    expect(sums(files)).toEqual(lying(world));
    expect(await run(world)).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
  });

  it('keeps what has gone from the desk, and goes on adding to it', async () => {
    const world = await quietDay();
    await run(world);
    const held = sums(await readExport(folder));
    const [first] = world.visible('open');
    await world.server.connect(openGate).remove(FOLDERS.open, [first?.uid ?? 0]);
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
    await world.pass();
    await run(world);
    const now = sums(await readExport(folder));
    expect(held.every((sum) => now.includes(sum))).toBe(true);
    expect(now).toHaveLength(held.length + 1);
  });

  it('is of one ticket, of those of a person, or of those in which mail came since then', async () => {
    const world = await quietDay();
    expect(await run(world, { choice: { ticket: 3 } })).toMatchObject({ tickets: 1, added: 4 });
    expect(places(await readExport(folder))).toEqual(['3 archived 4']);
    expect(await run(world, { choice: { person: 'BOB@example.org' } })).toMatchObject({
      tickets: 1,
      added: 2,
    });
    expect(await run(world, { choice: { person: 'nobody@example.org' } })).toMatchObject({ tickets: 0 });
    const since = new Date(world.clock.now().getTime() + 1_000);
    expect(await run(world, { choice: { since } })).toMatchObject({ tickets: 0, added: 0 });
    expect(await run(world, { choice: { since: new Date(0) } })).toMatchObject({ tickets: 6 });
    expect(await run(world, { choice: { ticket: 99 } })).toMatchObject({ tickets: 0, left: [] });
  });

  it('is whole wherever it is cut off, and the next run goes on', async () => {
    const world = await quietDay();
    for (let call = 0, isCut = true; isCut; call += 2) {
      const gate = failingAt(call);
      await run(world, { desk: world.desk(gate) }).catch(() => undefined);
      isCut = gate.calls > call;
      const found = await readExport(folder).catch(() => []);
      const known = lying(world);
      for (const sum of sums(found)) expect(known).toContain(sum);
      expect(call).toBeLessThan(1_000);
    }
    expect(sums(await readExport(folder))).toEqual(lying(world));
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('ends between two tickets where it is told to stop', async () => {
    const world = await quietDay();
    const stop = new AbortController();
    const desk = world.desk();
    const report = await run(world, {
      desk: {
        ...desk,
        signal: stop.signal,
        progress: ({ work, done }) => work === 'exporting' && done === 2 && stop.abort(),
      },
    });
    expect(report).toMatchObject({ stopped: true, changed: 3 });
    expect(await readExport(folder)).toHaveLength(3);
    expect(await run(world)).toMatchObject({ stopped: false, changed: 3 });
    expect(sums(await readExport(folder))).toEqual(lying(world));
  });

  it('finds a message that somebody moves while it is fetched, and says so of a ticket that never rests', async () => {
    const world = await quietDay();
    const desk = world.desk();
    let moves = 0;
    const moving = (most: number): WorkingDesk =>
      withStore(desk, {
        fetchSource: async (from, uids) => {
          if (moves++ >= most) return world.server.connect(openGate).fetchSource(from, uids);
          return new Map();
        },
      });
    expect(await run(world, { desk: moving(1), choice: { ticket: 1 } })).toMatchObject({
      added: 2,
      left: [],
    });
    moves = 0;
    expect(await run(world, { desk: moving(99), choice: { ticket: 2 } })).toMatchObject({
      added: 0,
      left: [2],
    });
    expect(sums(await readExport(folder))).toHaveLength(2);
  });

  it('has files that only their owner reads, whatever was there, and follows no link', async () => {
    const world = await quietDay();
    await run(world, { choice: { ticket: 1 } });
    for (const name of await readdir(parent, { recursive: true })) {
      const found = await stat(join(parent, name));
      expect([name, (found.mode & 0o777).toString(8)]).toEqual([name, found.isDirectory() ? '700' : '600']);
    }
    await symlink(parent, join(folder, '2'));
    await expect(run(world)).rejects.toThrow(Problem);
  });
});

describe('the list beside the files', () => {
  const run = (world: DeskWorld, layout: Layout = 'mbox'): Promise<ExportReport> =>
    exportTickets(world.desk(), { folder, layout, choice: ALL });

  it('may end in half a line, or be lost: then what the desk has is written anew', async () => {
    const world = await quietDay();
    await run(world);
    const path = join(folder, LIST_NAME);
    const list = await readFile(path, 'utf8');
    await writeFile(path, list.slice(0, -40));
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
    await world.pass();
    await run(world);
    expect(sums(await readExport(folder))).toEqual(lying(world));
    await writeFile(path, `${list.split('\n')[0]}\n`);
    await run(world);
    expect(sums(await readExport(folder))).toEqual(lying(world));
    await writeFile(path, `${list.split('\n')[0]}\n`);
    await writeFile(join(folder, '1'), 'mine');
    await expect(run(world)).rejects.toThrow(/is not as the last export left it/);
  });

  it('does not grow with runs: what says nothing any more is left out', async () => {
    const world = await quietDay();
    for (let round = 0; round < 4; round += 1) {
      for (const number of [1, 2, 4, 5])
        await world.request(openGate, round % 2 === 0 ? 'close' : 'reopen', number);
      await world.pass();
      await run(world);
    }
    const lines = (await readFile(join(folder, LIST_NAME), 'utf8')).split('\n');
    expect(lines.length).toBeLessThan(16);
    expect(await run(world)).toMatchObject({ tickets: 6, added: 0, changed: 0 });
  });

  it('is of one desk in one format, and says so to a newer one', async () => {
    const world = await quietDay();
    await run(world);
    await expect(run(world, 'maildir')).rejects.toThrow(/in the format mbox, not maildir/);
    const path = join(folder, LIST_NAME);
    const list = await readFile(path, 'utf8');
    await writeFile(path, list.replace('"version":1', '"version":2'));
    await expect(run(world)).rejects.toThrow(/of a newer imapdesk/);
    await writeFile(path, list.replace('support@example.com', 'other@example.com'));
    await expect(run(world)).rejects.toThrow(/an export of other@example\.com/);
    await writeFile(path, 'hello\n');
    await expect(run(world)).rejects.toThrow(/is not empty, and no export/);
  });

  it('lets a file be changed by a mail program, where the desk still has all of it', async () => {
    const world = await quietDay();
    await run(world);
    const path = join(folder, '1');
    await writeFile(path, (await readFile(path, 'latin1')).replace('\n', '\nStatus: RO\n'), 'latin1');
    expect(await run(world)).toMatchObject({ added: 2, changed: 1 });
    expect(sums(await readExport(folder))).toEqual(lying(world));
    await writeFile(path, 'mine');
    const [first] = world.visible('open');
    await world.server.connect(openGate).remove(FOLDERS.open, [first?.uid ?? 0]);
    await expect(run(world)).rejects.toThrow(/is not as the last export left it/);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});
