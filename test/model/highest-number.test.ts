/** Numbers have nine digits: nothing from files uses them up, and the desk gives none that is longer. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_IMPORTED_NUMBER, MAX_NUMBER } from '../../src/desk/sign/ticket-address.js';
import { type ImportReport, importTickets } from '../../src/import/import.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { headLine, highestLine } from '../../src/mbox/list.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { answer, matter, quietDay } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-number-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function bring(world: DeskWorld, path: string): Promise<ImportReport> {
  const options = { dialect: null, closed: null, state: 'archived', renumber: false, dryRun: false } as const;
  return importTickets(world.desk(), { ...options, path });
}

function words(subject: string): Buffer {
  const raw = matter({ from: 'jane@example.org', subject });
  return Buffer.concat(mboxPieces({ sender: null, receivedAt: new Date(Date.UTC(2026, 0, 1)), raw }));
}

async function begunDesk(): Promise<DeskWorld> {
  const world = new DeskWorld();
  world.clock.advance(86_400_000);
  await world.pass();
  return world;
}

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = join(parent, 'store');
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

describe('a number that is too high', () => {
  it.each([
    [
      'the name of a file',
      { '100000000': words('Fan') },
      /store\/100000000: the number 100000000 is too high/,
    ],
    [
      'a name of nine digits',
      { '999999999': words('Fan') },
      /store\/999999999: .* no more than 99999999 can/,
    ],
    ['a longer name', { '9999999999': words('Fan') }, /store\/9999999999: the number 9999999999 is too high/],
    [
      'the list',
      {
        '1': words('Fan'),
        'tickets.jsonl': headLine({ layout: 'mbox', desk: 'a@b.example' }) + highestLine(999_999_999),
      },
      /tickets\.jsonl: the number 999999999 is too high/,
    ],
  ])('in %s ends the import before anything is written', async (_where, files, told) => {
    const world = await begunDesk();
    const before = world.server.history.length;
    await expect(bring(world, await folderWith(files))).rejects.toThrow(told);
    expect(world.server.history).toHaveLength(before);
  });

  it('in a table of Roundup is named with its line', async () => {
    const folder = join(parent, 'export');
    await cp(fileURLToPath(new URL('../fixtures/roundup/2.6.0', import.meta.url)), folder, {
      recursive: true,
    });
    const table = await readFile(join(folder, 'issue.csv'), 'utf8');
    const [head = '', ...rows] = table.split('\n');
    const at = head.split(':').indexOf('id');
    const last = rows.findLastIndex((row) => row !== '');
    rows[last] = (rows[last] ?? '').split(':').with(at, "'100000000'").join(':');
    await writeFile(join(folder, 'issue.csv'), [head, ...rows].join('\n'));
    await expect(bring(await begunDesk(), folder)).rejects.toThrow(
      /issue\.csv, line \d+: the number 100000000/,
    );
  });

  it('is not the highest that may come, and the desk goes on after that one', async () => {
    const world = await begunDesk();
    await bring(world, await folderWith({ [String(MAX_IMPORTED_NUMBER)]: words('Fan') }));
    world.server.deliver(matter({ from: 'new@example.org', subject: 'Next' }));
    await world.pass();
    expect(world.tickets()).toContain('100000000 open');
  });
});

describe('the desk', () => {
  it('gives no number of ten digits: what would get one stays in the inbox, and answers are filed', async () => {
    const world = await quietDay();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const { name: deskName, address: deskAddress } = world.desk().policy;
    const about = { deskName, deskAddress, now: world.clock.now(), id: 'high', highest: MAX_NUMBER };
    const hint = {
      kind: 'hint',
      ticket: null,
      uidValidity: '1',
      uidNext: 1,
      moved: [],
      complete: true,
    } as const;
    await person.append(FOLDERS.register, [{ raw: formatRecord(hint, about), flags: ['\\Answered'] }]);
    world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    const [tickets, review] = [world.tickets(), world.contents('review')];
    world.server.deliver(matter({ from: 'new@example.org', subject: 'Next' }));
    for (let turn = 0; turn < 3; turn += 1)
      await expect(world.pass()).rejects.toThrow(/numbers up to 999999999 were given/);
    expect(world.contents('inbox')).toHaveLength(1);
    expect(world.contents('review')).toEqual(review);
    expect(world.tickets()).toEqual(tickets);
  });
});
