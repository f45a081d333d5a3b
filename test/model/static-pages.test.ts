/** The pages as files: complete, with links that lead somewhere, and written anew only where a ticket has changed. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportLook, type ExportReport, exportTickets } from '../../src/export/export.js';
import type { Choice } from '../../src/export/what.js';
import { Problem } from '../../src/problem/problem.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, growOld, matter, quietDay } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, withStore } from './desk-world.js';
import { permissionsIn, sha256 } from './exported.js';
import type { Gate } from './scheduler.js';
import { askToMerge, askToSplit } from './second-thoughts.js';

const MAIL = [
  'From: Jane <jane@example.org>',
  'To: support@example.com',
  'Subject: <b>Files</b>',
  'Message-ID: <files@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'Both of <script>them</script>.',
  '--b',
  'Content-Type: text/html',
  '',
  '<script>x</script><p onclick="x">Rich words</p><img src="https://example.org/track.gif">',
  ...attached('../a b#?.png', 'image/png'),
  ...attached('x.pdf', 'application/pdf'),
  ...attached('run.HTML', 'text/plain'),
  ...attached('CON.exe', 'application/octet-stream'),
  '--b--',
  '',
].join('\r\n');

function attached(name: string, type: string): string[] {
  const fields = [`Content-Type: ${type}`, `Content-Disposition: attachment; filename="${name}"`];
  return ['--b', ...fields, '', 'content', ''];
}

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-static-'));
  folder = join(parent, 'pages');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

interface Wished {
  readonly choice?: Partial<Choice>;
  readonly desk?: WorkingDesk;
  readonly look?: ExportLook;
}

function run(world: DeskWorld, { choice, desk = world.desk(), look }: Wished = {}): Promise<ExportReport> {
  const all = { ticket: null, since: null, person: null, ...choice };
  return exportTickets(desk, {
    folder,
    layout: 'html',
    choice: all,
    ...(look === undefined ? {} : { look }),
  });
}

/** By path below the folder. */
async function contents(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const files = new Map<string, string>();
  for (const name of names.sort())
    if ((await stat(join(folder, name))).isFile())
      files.set(name, await readFile(join(folder, name), 'latin1'));
  return files;
}

async function writtenWhen(): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  for (const name of (await contents()).keys()) times.set(name, (await stat(join(folder, name))).ino);
  return times;
}

function pagesIn(files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].filter(([name]) => name.endsWith('.html'));
}

function expectWhole(files: ReadonlyMap<string, string>): void {
  for (const [file, text] of pagesIn(files))
    for (const [, link = ''] of text.matchAll(/(?:href|src)="([^"#][^"]*)"/g))
      expect(existsSync(join(folder, dirname(file), decodeURIComponent(link))), `${file}: ${link}`).toBe(
        true,
      );
}

/** SHA-256 of all sources that are there, and of all that lies in the mailbox. */
function sources(files: ReadonlyMap<string, string>): string[] {
  const found = [...files].filter(([name]) => name.endsWith('/source.txt'));
  return found.map(([, text]) => sha256(Buffer.from(text, 'latin1'))).sort();
}

function lying(world: DeskWorld): string[] {
  const all = [...world.visible('open'), ...world.visible('archived')];
  return all.map(({ content }) => sha256(content.raw)).sort();
}

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

describe('tickets as pages', () => {
  it('are whole, lead to each other, run nothing, and name files so that nothing opens them as a program', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(Buffer.from(MAIL));
    await world.pass();
    expect(await run(world)).toMatchObject({ tickets: 1, changed: 1, left: [] });
    const files = await contents();
    expectWhole(files);
    expect(pagesIn(files)).toHaveLength(4);
    for (const [, text] of pagesIn(files)) {
      expect(text).toMatch(/http-equiv="Content-Security-Policy" content="default-src (?:'|&#39;)none/);
      expect(text).not.toMatch(/<script|(?:src|href)="?[a-z]+:|onclick=/);
    }
    expect(files.get('tickets/1.html')).toContain('Both of &lt;script&gt;them&lt;/script&gt;.');
    const saved = [...files.keys()].filter((name) => name.includes('/files/'));
    expect(saved.map((name) => name.split('/').at(-1))).toEqual([
      '1-a b#_.png',
      '2-x.pdf',
      '3-run.HTML.txt',
      '4-_CON.exe.bin',
    ]);
    expect(sources(files)).toEqual(lying(world));
    for (const [path, mode] of await permissionsIn(parent))
      expect([path, mode]).toEqual([path, (await stat(join(parent, path))).isDirectory() ? '700' : '600']);
  });

  it('are written anew only where a ticket has changed, and lists where they say something else', async () => {
    const world = await quietDay();
    expect(await run(world)).toMatchObject({ tickets: 6, changed: 6, moved: 0 });
    expect(sources(await contents())).toEqual(lying(world));
    const before = await writtenWhen();
    expect(await run(world)).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
    expect(await writtenWhen()).toEqual(before);
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
    await world.request(openGate, 'close', 4);
    await world.pass();
    expect(await run(world)).toMatchObject({ added: 2, changed: 2, moved: 1 });
    const after = await writtenWhen();
    const anew = [...after].filter(([name, inode]) => before.get(name) !== inode).map(([name]) => name);
    expect(anew.filter((name) => before.has(name)).sort()).toEqual([
      'archived.html',
      'index.html',
      'tickets/1.html',
      'tickets/4.html',
    ]);
    expectWhole(await contents());
    expect(sources(await contents())).toEqual(lying(world));
    expect((await contents()).get('archived.html')).toContain('href="tickets/4.html"');
    expect((await contents()).get('index.html')).not.toContain('href="tickets/4.html"');
  });

  it('follow a split and a merge, and are made anew in another language', async () => {
    const world = await quietDay();
    world.server.deliver(matter({ from: 'eve@example.net', subject: 'Toner', to: 'support+1@example.com' }));
    await world.pass();
    await run(world);
    await askToSplit(world, 1, 'Toner');
    await askToMerge(world, { into: 2, from: 3 });
    await world.pass();
    await growOld(world);
    expect(await run(world)).toMatchObject({ tickets: 6, removed: 1 });
    const files = await contents();
    expectWhole(files);
    expect(files.get('tickets/3.html')).toContain('Ticket 3 was merged into ticket 2.');
    expect(files.get('archived.html')).not.toContain('tickets/3.html');
    expect(files.get('tickets/7.html')).toContain('Toner');
    expect(files.get('tickets/1.html')).not.toContain('Toner');
    expect(sources(files)).toEqual(lying(world));
    expect(await run(world, { look: { language: 'de', timezone: 'UTC' } })).toMatchObject({ added: 0 });
    expect((await contents()).get('tickets/1.html')).toContain('lang="de"');
    expect((await contents()).get('index.html')).toContain('lang="de"');
  });

  it('are whole wherever an export is cut off, and the next one goes on', async () => {
    const world = await quietDay();
    for (let call = 0, isCut = true; isCut; call += 7) {
      const gate = failingAt(call);
      await run(world, { desk: world.desk(gate) }).catch(() => undefined);
      isCut = gate.calls > call;
      const files = await contents().catch(() => new Map<string, string>());
      for (const [name, text] of files)
        if (/^tickets\/\d+\.html$/.test(name))
          expectWhole(new Map([[name, text.replace(/"\.\.\/[^"]*"/g, '""')]]));
      expect(call).toBeLessThan(2_000);
    }
    expectWhole(await contents());
    expect(sources(await contents())).toEqual(lying(world));
  });

  it('are looked for again where somebody moves a message meanwhile, and left where it goes on', async () => {
    const world = await quietDay();
    let looks = 0;
    const moving = (most: number): WorkingDesk =>
      withStore(world.desk(), {
        fetchSource: async (from, uids) =>
          looks++ < most ? new Map() : world.server.connect(openGate).fetchSource(from, uids),
      });
    const first = await run(world, { desk: moving(99), choice: { ticket: 1 } });
    expect(first).toMatchObject({ added: 0, left: [1] });
    looks = 97;
    expect(await run(world, { desk: moving(99), choice: { ticket: 2 } })).toMatchObject({
      added: 2,
      left: [],
    });
  });

  it('leave the source of what has gone from the desk, and follow no link', async () => {
    const world = await quietDay();
    await run(world);
    const held = sources(await contents());
    const [first] = world.visible('open');
    await world.server.connect(openGate).remove(FOLDERS.open, [first?.uid ?? 0]);
    await run(world);
    expect(sources(await contents())).toEqual(held);
    await rm(join(folder, 'tickets'), { recursive: true });
    await symlink(parent, join(folder, 'tickets'));
    await expect(run(world)).rejects.toThrow(Problem);
  });

  it('are no export of another format', async () => {
    const world = await quietDay();
    await run(world);
    const choice = { ticket: null, since: null, person: null };
    await expect(exportTickets(world.desk(), { folder, layout: 'mbox', choice })).rejects.toThrow(
      /in the format html, not mbox/,
    );
  });
});
