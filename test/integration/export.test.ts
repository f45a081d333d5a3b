/** `export`, built, on a real server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/worker/run/lock.js';
import { type ExportedFile, permissionsIn, readExport, sha256 } from '../model/exported.js';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { main, readFolder } from './world.js';

const FOLDERS = ['Tickets/Open', 'Tickets/Archived'] as const;

let bench: DeskBench;
let parent: string;
let to: string;
beforeEach(async () => {
  bench = await DeskBench.start();
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-export-'));
  to = join(parent, 'tickets');
});
afterEach(async () => {
  await bench.stop();
  await rm(parent, { recursive: true, force: true });
});

/** SHA-256 of all that lies in Open and Archived. */
async function lying(): Promise<string[]> {
  const all = await Promise.all(FOLDERS.map((folder) => readFolder(bench.world, 'support', folder)));
  return all
    .flat()
    .map(({ raw }) => sha256(raw))
    .sort();
}

function sums(files: readonly ExportedFile[]): string[] {
  return files.flatMap(({ messages }) => messages).sort();
}

function places(files: readonly ExportedFile[]): string[] {
  return files.map(({ ticket, state, messages }) => `${ticket} ${state} ${messages.length}`);
}

async function threeTickets(): Promise<void> {
  await bench.openTwo();
  await bench.deliver({
    subject: 'Odd',
    from: 'Bob <bob@example.com>',
    text: 'From here on\r\n>From there\r\n\r\nFrom jane@example.org Mon Nov  2 09:00:14 2026\r\nend',
  });
  await bench.pass();
  await bench.ok('close', '2');
}

describe.each(DEEP ? (['mbox', 'maildir'] as const) : (['mbox'] as const))('as %s', (format) => {
  const args = ['export', '--to', '', '--format', format];
  const run = async (...more: string[]): Promise<Record<string, unknown>> => {
    args[2] = to;
    return (await bench.json(...args, ...more))[0] ?? {};
  };

  it('writes every message as it lies there, by number and state, and changes nothing in the mailbox', async () => {
    await threeTickets();
    const before = await bench.snapshot();
    expect(await run()).toEqual({
      desk: 'Example Support',
      folder: to,
      format,
      tickets: 3,
      messages: 8,
      added: 8,
      changed: 3,
      moved: 0,
      removed: 0,
      left: [],
      stopped: false,
    });
    expect(await bench.snapshot()).toBe(before);
    const files = await readExport(to);
    expect(places(files)).toEqual(['1 open 2', '2 archived 3', '3 open 3']);
    expect(sums(files)).toEqual(await lying());
    const now = Date.now() / 1000;
    for (const { times } of files) for (const at of times) expect(at > now - 600 && at <= now).toBe(true);
    for (const [path, mode] of await permissionsIn(parent))
      expect([path, mode]).toEqual([path, (await stat(join(parent, path))).isDirectory() ? '700' : '600']);
  });

  it('adds what is new, and moves what was closed or reopened', async () => {
    await threeTickets();
    await run();
    expect(await run()).toMatchObject({ tickets: 3, messages: 8, added: 0, changed: 0, moved: 0 });
    const untouched = await stat(join(to, '3'));
    await bench.deliver({ subject: '[issue1] more', text: 'More of it.' });
    await bench.pass();
    await bench.ok('reopen', '2');
    const ran = await run();
    expect(ran).toMatchObject({ added: 1, changed: 1, moved: 1, removed: 0 });
    const files = await readExport(to);
    expect(places(files)).toEqual(['1 open 3', '2 open 3', '3 open 3']);
    expect(sums(files)).toEqual(await lying());
    expect((await stat(join(to, '3'))).mtimeMs).toBe(untouched.mtimeMs);
  });
});

it('is whole after a death at any moment, and goes on', async () => {
  await threeTickets();
  const args = ['export', '--to', to];
  for (const ms of DEEP ? [250, 400, 500, 640] : [400, 640]) {
    const child = spawn(process.execPath, [main, ...args, '-c', bench.file.path], { stdio: 'ignore' });
    const ended = once(child, 'close');
    setTimeout(() => child.kill('SIGKILL'), ms);
    await ended;
    const known = await lying();
    for (const sum of sums(await readExport(to).catch(() => []))) expect(known).toContain(sum);
  }
  await bench.ok(...args);
  expect(sums(await readExport(to))).toEqual(await lying());
  const names = await readdir(to, { recursive: true });
  expect(names.filter((name) => name.includes('unfinished'))).toEqual([]);
});

it('says what it did to people, and nothing of a desk without tickets', async () => {
  expect(await bench.ok('export', '--to', to)).toBe(`${to}: 0 tickets with 0 messages\n  nothing is new\n`);
  await bench.openTwo();
  expect(await bench.ok('export', '--to', to)).toBe(
    `${to}: 2 tickets with 4 messages\n  wrote 4 messages into 2 tickets\n`,
  );
});

it('lets one at a time write into a folder', async () => {
  const lock = await acquireLock(`export ${to}`, { command: 'export' });
  if (!lock.held) throw new Error('the lock of a new folder is held');
  try {
    const ran = await bench.run('export', '--to', to);
    expect(ran).toMatchObject({ code: 75, stdout: '' });
    expect(ran.stderr).toContain('another export is writing there');
  } finally {
    await lock.release();
  }
  await bench.ok('export', '--to', to);
});

describe('what it refuses', () => {
  const refused = async (args: readonly string[], said: string): Promise<void> => {
    const ran = await bench.run('export', ...args);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(said);
  };

  it('is a folder of something else, another format, a ticket that is not there, and what was typed wrong', async () => {
    await bench.openTwo();
    await refused(['9', '--to', to], 'Example Support has no ticket 9');
    await refused(['--to', to, '--person', 'jane'], '--person: expected an address');
    await refused(['--to', to, '--since', 'soon'], '--since: expected a day');
    await refused(['--to', bench.file.folder], 'is not empty, and no export');
    await bench.ok('export', '--to', to);
    await refused(['--to', to, '--format', 'maildir'], 'holds an export in the format mbox, not maildir');
  });
});
