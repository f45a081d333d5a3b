/**
 * `erase` on real servers: nothing of the ticket is left in any byte of the mail store on disk, once its owner has run what
 * docs/erasing.md says. What a server keeps until then is shown as well: where that changes, the page must.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLEAN_UPS, cleanUp } from '../servers/clean-up.js';
import { chosenServers, DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { killAll, startRun } from './running.js';
import { typeAt } from './typing.js';
import { folderOn, main, readFolder, runDesk, until, withImap } from './world.js';

const terminals = await hasTerminals();
let bench: DeskBench;
afterEach(async () => {
  killAll();
  await bench.stop();
});

/** What Taro's mail alone is made of: his address, his subject, a field, the words of two mails and of the answer. */
const WORDS = /taro@example\.com|okapimatter|xyzzyfield|bongotext|gnuanswer|tapirreply/g;
const USER = 'support@example.com';

/** Ticket 1 is Jane's. Ticket 2 is Taro's: answered, closed, reopened by his answer; copies of all lie in Sent and Trash. */
async function fill(): Promise<void> {
  const taro = { from: 'Taro <taro@example.com>' };
  await bench.pass();
  await bench.deliver();
  await bench.deliver({ ...taro, subject: 'okapimatter', fields: ['X-Odd: xyzzyfield'], text: 'bongotext' });
  await bench.pass();
  await runDesk(['reply', '2', '-c', bench.file.path], { stdin: 'tapirreply' });
  await bench.ok('close', '2');
  await bench.deliver({ ...taro, subject: 'Re: [issue2] okapimatter', text: 'gnuanswer' });
  await bench.pass();
  await withImap(bench.world, 'support', async (client) => {
    for (const name of ['Trash', 'Sent']) {
      await client.mailboxCreate(folderOn(client, name)).catch(() => undefined);
      await client.mailboxOpen(folderOn(client, 'Tickets/Open'));
      await client.messageCopy('1:*', folderOn(client, name));
    }
  });
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The words in each file of the desk's mailbox; Cyrus names its folders so that only what lies there tells whose they are. */
async function wordsOnDisk(own: (file: string) => boolean): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const file of await filesOf(bench.world.folder)) {
    if (!own(file)) continue;
    const words = new Set((await readFile(file, 'latin1')).match(WORDS));
    if (words.size > 0) found.set(file, [...words].toSorted().join(' '));
  }
  return found;
}

async function ofTheDesk(kind: string): Promise<(file: string) => boolean> {
  if (kind !== 'cyrus') return (file) => file.includes(`/mail/${USER}/`);
  const mail = await wordsOnDisk((file) => /\/\d+\.$/.test(file));
  const folders = new Set(
    [...mail].flatMap(([file, words]) => (words.includes('xyzzyfield') ? dirname(file) : [])),
  );
  expect(folders.size).toBeGreaterThan(3);
  return (file) => folders.has(dirname(file));
}

/** What is left on disk by the command alone, in files of such a name. */
const KEPT: Readonly<Record<keyof typeof CLEAN_UPS, RegExp | null>> = {
  maildir: /\/dovecot\.index\.cache$/,
  sdbox: /\/dovecot\.index\.cache$/,
  mdbox: /\/(?:dovecot\.index\.cache|m\.\d+)$/,
  cyrus: /\/(?:cyrus\.cache|\d+\.)$/,
  courier: null,
};

const ALL = ['maildir', 'sdbox', 'mdbox', 'cyrus', 'courier'] as const;

for (const server of await chosenServers(['mdbox'], ALL)) {
  const kind = server.kind as (typeof ALL)[number];
  describe.skipIf(server.missing !== '')(`an erased ticket on ${server.name}`, () => {
    it('is in no byte of the mail store, after what the page says', async () => {
      bench = await DeskBench.start({ kind });
      await fill();
      const own = await ofTheDesk(kind);
      expect((await wordsOnDisk(own)).size).toBeGreaterThan(0);
      const [erased] = await bench.json('erase', '2', '--yes');
      expect(erased).toMatchObject({ tickets: [2], purged: true, outOfReach: { elsewhere: [] } });
      for (const folder of await bench.folders())
        for (const { text } of await readFolder(bench.world, 'support', folder))
          expect(text.match(WORDS), folder).toBeNull();
      const kept = await wordsOnDisk(own);
      for (const [file, words] of kept) expect(file, words).toMatch(KEPT[kind] ?? /nothing/);
      expect(kept.size > 0).toBe(KEPT[kind] !== null);
      await cleanUp(bench.world, { kind, user: USER, folders: await bench.folders() });
      expect([...(await wordsOnDisk(own))]).toEqual([]);
      // The desk goes on, and Jane's ticket is whole.
      expect(await bench.json('show', '1')).toMatchObject([{ ticket: 1, messages: [{}, {}] }]);
      expect(await bench.ok('repair')).toContain('nothing to repair');
    });
  });
}

/** Taro has written to Jane's ticket, too, and staff have answered him alone. */
async function fillForPerson(): Promise<void> {
  await fill();
  await bench.deliver({
    from: 'Taro <taro@example.com>',
    to: 'support+1@example.com',
    subject: 'okapimatter again',
    text: 'gnuanswer',
  });
  await bench.pass();
}

const PERSON_SERVERS = await chosenServers([], ['mdbox', 'cyrus']);
for (const server of PERSON_SERVERS) {
  const kind = server.kind as 'mdbox' | 'cyrus';
  describe.skipIf(server.missing !== '')(`an erased person on ${server.name}`, () => {
    it('is in no byte of the mail store, after what the page says, and others’ tickets go on', async () => {
      bench = await DeskBench.start({ kind });
      await fillForPerson();
      const own = await ofTheDesk(kind);
      const [erased] = await bench.json('erase', '--person', 'taro@EXAMPLE.com', '--yes');
      expect(erased).toMatchObject({ tickets: [2], parts: [1], purged: true });
      for (const folder of await bench.folders())
        for (const { text } of await readFolder(bench.world, 'support', folder))
          expect(text.match(WORDS), folder).toBeNull();
      expect((await wordsOnDisk(own)).size).toBeGreaterThan(0);
      await cleanUp(bench.world, { kind, user: USER, folders: await bench.folders() });
      expect([...(await wordsOnDisk(own))]).toEqual([]);
      expect(await bench.json('show', '1')).toMatchObject([{ ticket: 1, messages: [{}, {}] }]);
      expect(await bench.run('erase', '--person', 'taro@example.com', '--yes')).toMatchObject({ code: 64 });
      expect(await bench.ok('repair')).toContain('nothing to repair');
    });
  });
}

describe('the page about it', () => {
  it('names what is run here', async () => {
    bench = await DeskBench.start();
    const page = await readFile(fileURLToPath(new URL('../../docs/erasing.md', import.meta.url)), 'utf8');
    for (const line of new Set(Object.values(CLEAN_UPS).flat())) expect(page).toContain(line);
  });
});

describe('erase', () => {
  beforeEach(async () => {
    bench = await DeskBench.start();
    await fill();
  });

  it('shows all of it, asks, and changes nothing before; then no number is given again', async () => {
    const before = await bench.snapshot();
    const shown = await bench.ok('erase', '2', '--dry-run');
    expect(shown).toMatch(/^Tickets\/Open +2 +\S+ \S+ +Taro <taro@example\.com> +okapimatter$/m);
    expect(shown).toMatch(/^Trash +2 .*Re: \[issue2\] okapimatter$/m);
    expect(shown).not.toContain('Printer on fire');
    expect(await bench.run('erase', '2')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--dry-run shows'),
    });
    expect((await bench.run('erase', '7', '--yes')).stderr).toContain('no ticket 7');
    const [taros] = await bench.json('erase', '--person', 'TARO@example.com', '--dry-run');
    expect(taros).toMatchObject({ dryRun: true, tickets: [2], parts: [] });
    const staff = await bench.run('erase', '--person', 'ann@example.org', '--yes');
    expect(staff).toMatchObject({ code: 64, stderr: expect.stringContaining('is staff') });
    expect((await bench.run('erase', '--yes')).code).toBe(64);
    if (terminals) expect(await atTerminal('y')).toContain('Nothing was erased.');
    expect(await bench.snapshot()).toBe(before);
    if (terminals) expect(await atTerminal('yes')).toContain('Ticket 2 is erased');
    else await bench.ok('erase', '2', '--yes');
    expect((await bench.run('erase', '2', '--yes')).stderr).toContain('ticket 2 was erased on 20');
    await bench.deliver({ subject: 'A third' });
    await bench.pass();
    await bench.ok('merge', '1', '3');
    expect((await bench.run('erase', '3', '--yes')).stderr).toContain('"imapdesk erase 1" erases all of it');
    expect(await bench.ok('erase', '1', '--yes')).toContain('Tickets 1, 3 are erased');
    expect(await bench.json('list', '--state', 'all')).toEqual([]);
  });

  it('meets a worker that runs, which goes on and misses nothing', async () => {
    const worker = startRun(bench.file);
    await bench.deliver({ subject: 'A third' });
    await until('a third ticket', async () => ((await bench.json('list')).length === 3 ? true : null));
    // It may have to wait for the worker, and says so.
    expect(await bench.run('erase', '2', '--yes')).toMatchObject({ code: 0 });
    await bench.deliver({ subject: 'A fourth' });
    await until('a fourth ticket', async () => {
      const numbers = (await bench.json('list')).map(({ ticket }) => ticket);
      return numbers.includes(4) ? numbers : null;
    });
    expect((await worker.stop('SIGTERM')).code).toBe(0);
    expect((await bench.json('list', '--state', 'all')).map(({ ticket }) => ticket)).toEqual([1, 3, 4]);
    expect(worker.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});

/** All that it has printed, after that answer to its question. */
async function atTerminal(answer: string): Promise<string> {
  const command = [process.execPath, main, 'erase', '2', '-c', bench.file.path];
  const typing = typeAt(command, { env: {}, cwd: bench.file.folder });
  await typing.see(/Erase ticket 2 with \d+ messages for good\? Type "yes": $/);
  typing.type(`${answer}\r`);
  expect(await typing.ended()).toBe(0);
  return typing.text();
}

describe.runIf(DEEP)('on a server without UIDPLUS', () => {
  it('is marked as deleted, says so, and goes for good once somebody purges', async () => {
    bench = await DeskBench.start({ hiddenCapabilities: ['UIDPLUS'] });
    await fill();
    expect(await bench.ok('erase', '2', '--yes')).toContain('goes for good only when a mail program purges');
    const own = await ofTheDesk('maildir');
    expect((await wordsOnDisk(own)).size).toBeGreaterThan(5);
    expect((await bench.run('show', '2')).code).toBe(64);
    await withImap(bench.world, 'support', async (client) => {
      for (const folder of await bench.folders()) {
        await client.mailboxOpen(folderOn(client, folder));
        await client.mailboxClose();
      }
    });
    await cleanUp(bench.world, { kind: 'maildir', user: USER, folders: await bench.folders() });
    expect([...(await wordsOnDisk(own))]).toEqual([]);
  });
});
