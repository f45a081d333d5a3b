/** `import` of what Roundup itself has exported (test/fixtures/roundup): issues become tickets of a desk in memory. */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportTickets } from '../../src/export/export.js';
import { findInRoundup } from '../../src/import/from-roundup.js';
import { type ImportOptions, type ImportReport, importTickets } from '../../src/import/import.js';
import { DeskWorld } from './desk-world.js';
import { readExport } from './exported.js';

const VERSIONS = ['2.6.0', '1.6.1'] as const;
const DEFAULTS = { dialect: null, state: 'archived', closed: null, renumber: false, dryRun: false } as const;
const STATES = ['1 open', '2 archived', '4 open', '5 open', '6 open'];

function fixture(version: string): string {
  return fileURLToPath(new URL(`../fixtures/roundup/${version}`, import.meta.url));
}

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-roundup-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function emptyDesk(): Promise<DeskWorld> {
  const world = new DeskWorld();
  world.clock.advance(86_400_000);
  await world.pass();
  return world;
}

function bring(world: DeskWorld, path: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  return importTickets(world.desk(), { ...DEFAULTS, path, ...options });
}

/** A copy that may be spoilt. */
async function copied(): Promise<string> {
  const folder = join(parent, 'export');
  await cp(fixture('2.6.0'), folder, { recursive: true });
  return folder;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function raws(world: DeskWorld): readonly string[] {
  return [...world.visible('open'), ...world.visible('archived')].map(({ content }) =>
    content.raw.toString(),
  );
}

function rawOf(world: DeskWorld, made: string): string {
  const found = raws(world).find((raw) => raw.includes(`\nX-Made-From-Export: Roundup, ${made}\r\n`));
  if (found === undefined) throw new Error(`There is no mail made of ${made}.`);
  return found;
}

describe.each(VERSIONS)('an export of Roundup %s', (version) => {
  it('becomes tickets with its numbers and states, once; and nobody is told', async () => {
    const world = await emptyDesk();
    const report = await bring(world, fixture(version));
    expect(report).toMatchObject({ tickets: 5, messages: 7, added: 5, brought: 7, open: 4, refused: [] });
    expect(report.notes).toEqual([
      'left out as retired: 1 issue, 1 message',
      'left out 1 message of no issue, or of a retired one',
      'an empty message stands for 1 issue without any',
      'without an address: 1 user',
    ]);
    expect(world.tickets().toSorted()).toEqual(STATES);
    expect(await bring(world, fixture(version))).toMatchObject({ added: 0, brought: 0 });
    await world.pass();
    await world.pass();
    expect(world.tickets().toSorted()).toEqual(STATES);
    expect(raws(world)).toHaveLength(7);
    expect([world.post.sent, world.contents('outbox'), world.contents('review')]).toEqual([[], [], []]);
  });

  it('has people, dates, ids, text and files in its mails', async () => {
    const world = await emptyDesk();
    await bring(world, fixture(version));
    expect(rawOf(world, 'issue1, msg3')).toBe(
      [
        'From: Jane Doe <jane@example.org>',
        'To: =?UTF-8?Q?J=C3=BCrgen_Gro=C3=9F?= <juergen@example.com>',
        'Subject: The printer: stops after "page" two',
        'Date: Mon, 03 Nov 2008 09:00:00 +0000',
        'Message-ID: <three@example.com>',
        'In-Reply-To: <one@example.org>',
        'X-Made-From-Export: Roundup, issue1, msg3',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Open the lid, please.',
        '',
      ].join('\r\n'),
    );
    const mail = await simpleParser(rawOf(world, 'issue2, msg2'));
    expect(mail.text?.trim()).toBe('Die Rechnung für März fehlt – bitte €.');
    const files = mail.attachments.map(({ filename, contentType, content }) => [
      filename,
      contentType,
      content.toString(),
    ]);
    expect(files).toEqual([['Rechnung März.pdf', 'application/pdf', '%PDF-1.4\nnot really\n']]);
    expect(rawOf(world, 'issue2, msg2')).toContain('\r\nTo: undisclosed-recipients:;\r\n');
    const web = await simpleParser(rawOf(world, 'issue4, msg7'));
    expect(web.subject).toBe(`Nur im Web: "Anruf", 'gelb' \\ ende`);
    expect(web.messageId).toMatch(/^<[0-9a-f]{32}@roundup\.invalid>$/);
    expect(web.attachments.map(({ filename }) => filename)).toEqual(['foto.txt']);
    expect(rawOf(world, 'issue6, msg8')).toMatch(/^From: anonymous:;\r\n/);
    expect(rawOf(world, 'issue5')).toContain('\r\nSubject: Ohne Nachricht\r\n');
  });

  it('comes at the dates of its messages', async () => {
    const world = await emptyDesk();
    await bring(world, fixture(version));
    const folder = join(parent, 'out');
    const choice = { ticket: 1, since: null, person: null };
    await exportTickets(world.desk(), { folder, layout: 'mbox', choice });
    const [one] = await readExport(folder);
    expect(one?.times.map((time) => new Date(time * 1000).toISOString())).toEqual([
      '2008-11-01T09:00:00.000Z',
      '2008-11-03T09:00:00.000Z',
    ]);
  });
});

describe('which issues are closed', () => {
  it('may be said', async () => {
    const world = await emptyDesk();
    const closed = ['Done-CBB', ' deferred'];
    expect(await bring(world, fixture('2.6.0'), { closed })).toMatchObject({ open: 3 });
    expect(world.tickets().toSorted()).toEqual(['1 open', '2 open', '4 archived', '5 archived', '6 open']);
  });

  it('by statuses that there are, and of nothing but an export of Roundup', async () => {
    const world = await emptyDesk();
    await expect(bring(world, fixture('2.6.0'), { closed: ['solved'] })).rejects.toThrow(
      /^--closed: .* has no status "solved". It has: chatting, deferred, done-cbb, /,
    );
    await expect(bring(world, parent, { closed: ['resolved'] })).rejects.toThrow(/is no export of Roundup/);
  });
});

describe('a spoilt export is told before anything is imported', () => {
  const spoil: readonly (readonly [string, (folder: string) => Promise<void>, RegExp])[] = [
    ['without msg.csv', (folder) => rm(join(folder, 'msg.csv')), /msg\.csv: there is no such file/],
    [
      'without contents',
      (folder) => rm(join(folder, 'msg-files'), { recursive: true }),
      /msg-files\/0\/msg1: there is no such file; "roundup-admin exporttables" leaves contents out/,
    ],
    ['without a file', (folder) => rm(join(folder, 'file-files/0/file1')), /file1: there is no such file/],
    ['cut', (folder) => truncate(join(folder, 'issue.csv'), 200), /issue\.csv, line 2: there are \d+ fields/],
    [
      'with a message that is not there',
      (folder) => edit(join(folder, 'issue.csv'), (text) => text.replace("['7']", "['70']")),
      /issue\.csv, line 5: it has the message 70, and msg\.csv has none of this id/,
    ],
    [
      'with a link to elsewhere',
      async (folder) => {
        await rm(join(folder, 'msg-files/0'), { recursive: true });
        await symlink(join(fixture('2.6.0'), 'msg-files/0'), join(folder, 'msg-files/0'));
      },
      /msg1: a link on the way leads out of the export/,
    ],
    [
      'with an attachment that no mail can hold',
      (folder) => truncate(join(folder, 'file-files/0/file1'), 120_000_000),
      /file1: with this file of 120000000 bytes, msg2 of issue2 becomes a mail of up to 168\d{6} bytes, and no more than 160000000 can be imported\. Keep the file elsewhere, /,
    ],
    [
      'without a column',
      (folder) => edit(join(folder, 'msg.csv'), (text) => text.replace(':date:', ':day:')),
      /msg\.csv, line 1: there is no column "date"/,
    ],
  ];
  it.each(spoil)('%s', async (_, change, said) => {
    const world = await emptyDesk();
    const folder = await copied();
    await change(folder);
    const before = world.server.history.length;
    const failure = await bring(world, folder).catch((error: unknown) => String(error));
    expect(failure).toMatch(said);
    expect(failure).toMatch(/\. Nothing was imported$/);
    expect(world.server.history).toHaveLength(before);
  });
});

it('an attachment of 100 MB can be imported', async () => {
  const folder = await copied();
  await truncate(join(folder, 'file-files/0/file1'), 100_000_000);
  const { groups } = await findInRoundup(folder, null, new AbortController().signal);
  expect(groups).toHaveLength(5);
  await truncate(join(folder, 'msg-files/0/msg1'), 60_000_000);
  await expect(findInRoundup(folder, null, new AbortController().signal)).rejects.toThrow(
    /msg1: with this file of 60000000 bytes, msg1 of issue1 becomes a mail/,
  );
});

it('stops while it looks at an export, where it is told to', async () => {
  await expect(findInRoundup(fixture('2.6.0'), null, AbortSignal.abort())).rejects.toThrow(/abort/);
});

it('what is damaged amid an import is told as such, and the next import goes on', async () => {
  const world = await emptyDesk();
  const folder = await copied();
  const file = join(folder, 'file-files/0/file1');
  const content = await readFile(file);
  const progress = ({ work }: { work: string }): void => {
    if (work === 'importing') rmSync(file, { force: true });
  };
  const desk = { ...world.desk(), progress };
  await expect(importTickets(desk, { ...DEFAULTS, path: folder })).rejects.toThrow(
    /file1: there is no such file\. What was imported before stays; once this is mended, the same import goes on$/,
  );
  await writeFile(file, content);
  await bring(world, folder);
  expect(world.tickets().toSorted()).toEqual(STATES);
  expect(raws(world)).toHaveLength(7);
});
