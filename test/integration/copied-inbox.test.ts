/** A mailbox that was copied to another account by APPEND without dates, so that old mail seems to have just come. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { deskConfig, main, readFolder, until, withImap } from './world.js';

let bench: DeskBench;

beforeEach(async () => {
  bench = await DeskBench.start();
});
afterEach(() => bench.stop());

function mail(name: string, date: Date): Buffer {
  const lines = [
    'From: Jane Doe <jane@example.com>',
    'To: support@example.com',
    `Subject: ${name}`,
    `Message-ID: <${name.toLowerCase().replaceAll(' ', '-')}@example.com>`,
    `Date: ${date.toUTCString()}`,
    '',
    'Hello.',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

const LONG_AGO = new Date('2020-10-06T10:00:00Z');

/** UIDVALIDITY of Dovecot is the second in which a folder was made, and a copy made in the same one would bear the same. */
async function laterThanEveryFolder(): Promise<void> {
  const newest = await withImap(bench.world, 'support', async (client) => {
    const validities: number[] = [];
    for (const { path, flags } of await client.list())
      if (!flags.has('\\Noselect')) {
        const status = await client.status(path, { uidValidity: true });
        validities.push(status === false ? 0 : Number(status.uidValidity ?? 0));
      }
    return Math.max(...validities);
  });
  await until('another second', () => Promise.resolve(Date.now() >= (newest + 1) * 1000 ? true : null));
}

/** Every folder with its messages and their flags, and no dates: the desk then works in the other account. */
async function copyAccount(): Promise<void> {
  await laterThanEveryFolder();
  for (const folder of await bench.folders()) {
    const messages = await readFolder(bench.world, 'support', folder);
    await withImap(bench.world, 'taro', async (client) => {
      if (folder !== 'INBOX') await client.mailboxCreate(folder);
      for (const { raw, flags } of messages)
        await client.append(
          folder,
          raw,
          [...flags].filter((flag) => flag !== '\\Recent'),
        );
    });
  }
  const { user, password } = bench.world.accounts.taro;
  const { host, port } = bench.world.imap;
  await bench.configure(deskConfig(bench.world, { imap: { host, port, security: 'none', user, password } }));
}

async function begin(old: number): Promise<void> {
  await withImap(bench.world, 'support', async (client) => {
    for (let index = 0; index < old; index += 1)
      await client.append('INBOX', mail(`Old ${index}`, LONG_AGO), ['\\Seen'], LONG_AGO);
  });
  await bench.ok('once');
  await append('support', 'First');
  await bench.ok('once');
  await append('support', 'Pending');
  await copyAccount();
}

async function append(account: 'support' | 'taro', name: string): Promise<void> {
  // A Date field knows whole seconds: this one is not before the moment at which the desk began.
  await withImap(bench.world, account, (client) =>
    client.append('INBOX', mail(name, new Date(Date.now() + 1000))),
  );
}

/** The first error that `run` logs. */
async function sayingOfRun(): Promise<string> {
  const child = spawn(process.execPath, [main, 'run', '-c', bench.file.path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  try {
    return await until('an error of run', () =>
      Promise.resolve(text.split('\n').find((line) => line.includes('"level":"error"')) ?? null),
    );
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function inbox(): Promise<readonly string[]> {
  return (await readFolder(bench.world, 'taro', 'INBOX')).map(({ subject }) => subject);
}

it('is asked about where it holds much old mail; then only what is new is answered', async () => {
  await begin(26);
  const sent = bench.world.sent.length;
  const ran = await bench.run('once');
  expect(ran.code).toBe(78);
  expect(ran.stdout).toMatch(/^2020-10-06 10:00 {2}Jane Doe <jane@example\.com> {2}Old 25$/m);
  expect(ran.stdout.trim().split('\n')).toHaveLength(21);
  expect(ran.stderr).toContain('26 messages in it are older than the desk by their own dates');
  expect(ran.stderr).toContain('--adopt=none');
  expect(await inbox()).toHaveLength(27);
  expect(bench.world.sent).toHaveLength(sent);
  expect(await bench.json('list')).toHaveLength(1);
  const checked = await bench.run('check', '--wait', '1', '--json');
  expect(checked.stdout).toContain('the next pass will ask what to do with 26 messages');
  expect(await sayingOfRun()).toContain('26 messages in it are older than the desk by their own dates');
  const decided = await bench.run('once', '--adopt=none');
  expect(decided).toMatchObject({ code: 0 });
  expect(await inbox()).toHaveLength(26);
  expect(await bench.json('list')).toMatchObject([{ subject: 'First' }, { subject: 'Pending' }]);
  const before = bench.world.sent.length;
  await append('taro', 'Later');
  await bench.ok('once');
  expect(bench.world.sent.slice(before).map(({ to }) => to)).toEqual([
    ['jane@example.com'],
    ['steve@example.org'],
    ['ann@example.org'],
  ]);
  expect(await inbox()).toHaveLength(26);
});

it('has a little old mail filed without an answer, and staff told once', async () => {
  await begin(3);
  const sent = bench.world.sent.length;
  expect(await bench.run('once')).toMatchObject({ code: 0 });
  await bench.ok('once');
  expect(await inbox()).toEqual([]);
  const to = bench.world.sent.slice(sent).map((one) => one.to.join());
  expect(to.toSorted()).toEqual([
    'ann@example.org',
    'ann@example.org',
    'jane@example.com',
    'steve@example.org',
    'steve@example.org',
  ]);
  expect(await bench.json('list')).toHaveLength(5);
});
