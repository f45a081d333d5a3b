/** A folder of desks, as commands meet it: what is wrong in one file stops its desk, and no other. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  type Ran,
  readFolder,
  runDesk,
  startWorld,
  writeConfig,
} from './world.js';

let world: MailWorld;
let config: ConfigFile;

beforeAll(async () => {
  world = await startWorld();
  const { desks, ...others } = deskConfig(world);
  config = await writeConfig({ ...others, desksFolder: 'desks.d' });
  const [support] = desks as Json[];
  await mkdir(join(config.folder, 'desks.d'), { mode: 0o700 });
  await put('a.json', JSON.stringify({ ...support, name: 'Support' }));
  // Above it a word is missing that nobody but its owner can know.
  await put('b.json', JSON.stringify({ ...support, name: 'Sales', address: 'sales@example.com', imap: {} }));
  const raw = ['From: jane@example.com', 'To: support@example.com', 'Subject: Hello', 'Message-ID: <a@b.c>'];
  await world.deliver('support', Buffer.from([...raw, '', 'Hello.', ''].join('\r\n')));
});
afterAll(async () => {
  await config.remove();
  await world.stop();
});

function put(name: string, text: string): Promise<void> {
  return writeFile(join(config.folder, 'desks.d', name), text, { mode: 0o600 });
}

function desk(...args: readonly string[]): Promise<Ran> {
  return runDesk([...args, '-c', config.path]);
}

it('leaves a broken file out of all that works on every desk, and says so', async () => {
  const once = await desk('once', '--json');
  expect(once.code).toBe(78);
  expect(once.stderr).toContain(`left out: ${join(config.folder, 'desks.d/b.json')}: 3 mistakes`);
  expect(once.stderr).toContain('imap.host: is missing');
  const { summary } = JSON.parse(once.stdout.trim().split('\n').at(-1) ?? '') as { summary: Json };
  expect(summary['desks']).toMatchObject([
    { desk: 'Support', decided: 1, sent: 3 },
    { desk: 'Sales', error: expect.stringContaining('b.json: 3 mistakes') as string },
  ]);
  expect(await readFolder(world, 'support', 'Tickets/Open')).toHaveLength(2);

  const status = await desk('status', '--json');
  expect(status.code).toBe(78);
  const told = status.stdout.trim().split('\n');
  expect(told.map((line) => JSON.parse(line) as Json)).toMatchObject([
    { desk: 'Support', problem: null, mailbox: { openTickets: 1 } },
    { desk: 'Sales', problem: expect.stringContaining('b.json: 3 mistakes') as string, mailbox: null },
  ]);

  const list = await desk('list');
  expect(list.code).toBe(78);
  expect(list.stdout).toContain('Hello');
});

it('ends with 78 where the only other desk is down, too, and says both', async () => {
  const path = join(config.folder, 'desks.d', 'a.json');
  const sound = await readFile(path, 'utf8');
  const { imap, ...others } = JSON.parse(sound) as { imap: Json };
  await put('a.json', JSON.stringify({ ...others, imap: { ...imap, port: 1 } }));
  const list = await desk('list');
  expect(list.code).toBe(78);
  expect(list.stderr).toMatch(/left out: .*b\.json[^]*no program listens/);
  await put('a.json', sound);
});

it('works on for whoever names another desk, and asks which is meant where none is named', async () => {
  const named = await desk('show', '1', '--desk', 'Support');
  expect(named).toMatchObject({ code: 0, stderr: '' });
  const unnamed = await desk('close', '1');
  expect(unnamed.code).toBe(64);
  expect(unnamed.stderr).toContain('("Support", and what cannot be read: desks.d/b.json): say which');
  const broken = await desk('close', '1', '--desk', 'sales@example.com');
  expect(broken.code).toBe(78);
  expect(broken.stderr).toContain('imap.host: is missing');
  const erase = await desk('erase', '1', '--yes', '--desk', 'Support');
  expect(erase.code).toBe(78);
  expect(erase.stderr).toContain('nothing was erased: desks.d/b.json is left out');
});

it('counts the file as failed in check', async () => {
  const check = await desk('check', '--json', '--wait', '1');
  expect(check.code).toBe(78);
  const [support, sales] = check.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  expect(support).toMatchObject({ desk: 'Support' });
  expect(sales).toMatchObject({ desk: 'Sales', ok: false, checks: [{ result: 'failed' }] });
});

it('needs no more than the file to be gone', async () => {
  await rm(join(config.folder, 'desks.d', 'b.json'));
  expect(await desk('close', '1')).toMatchObject({ code: 0, stderr: '' });
});
