/**
 * A desk moves to another host, by docs/moving.md: with Dovecot's own dsync, with mbsync, and by IMAP as imapsync copies
 * (APPEND with date and flags, in order of UID). It goes on there: nobody is answered twice, nothing opens twice, numbers go on.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ImapFlow } from 'imapflow';
import { afterEach, describe, expect, it } from 'vitest';
import { doveadm, dsyncServer } from '../servers/clean-up.js';
import { chosenServers, DEEP } from '../servers/start.js';
import type { ServerKind } from '../servers/table.js';
import { compose, DeskBench } from './desk-bench.js';
import { findTool } from './tools.js';
import { deskConfig, folderFrom, folderOn, type TestWorld, withImap } from './world.js';

const USER = 'support@example.com';
const { program: mbsync } = await findTool('mbsync');
let old: DeskBench;
let host: DeskBench;
afterEach(async () => {
  await old.stop();
  if (host !== old) await host.stop();
});

/** Ticket 1 is open, 2 closed and merged into 1, 3 closed; a letter waits in the outbox, and mail is pending. */
async function fill(): Promise<void> {
  await old.ok('once');
  for (const subject of ['First', 'Second', 'Third']) {
    await old.deliver({ subject });
    await old.ok('once');
  }
  await old.ok('merge', '1', '2');
  await old.ok('close', '3');
  await old.world.smtpPause();
  await old.deliver({ subject: 'Fourth' });
  await old.run('once');
  await old.deliver({ subject: 'Fifth' });
}

type Copy = (from: TestWorld, to: TestWorld) => Promise<void>;

/** Each folder by name, each message in order of UID, with its date and flags. */
const byAppend: Copy = async (from, to) => {
  await withImap(from, 'support', (source) =>
    withImap(to, 'support', async (target) => {
      for (const { path, flags } of await source.list()) {
        if (flags.has('\\Noselect') || flags.has('\\NonExistent')) continue;
        await copyFolder(source, target, path);
      }
    }),
  );
};

async function copyFolder(source: ImapFlow, target: ImapFlow, path: string): Promise<void> {
  const there = folderOn(target, folderFrom(source, path));
  if (there !== 'INBOX') await target.mailboxCreate(there).catch(() => undefined);
  const { exists } = await source.mailboxOpen(path, { readOnly: true });
  if (exists === 0) return;
  const rows = await source.fetchAll('1:*', { uid: true, flags: true, source: true, internalDate: true });
  for (const row of rows.toSorted((a, b) => a.uid - b.uid)) {
    const flags = [...(row.flags ?? [])].filter((flag) => flag !== '\\Recent');
    await target.append(there, row.source ?? Buffer.alloc(0), flags, new Date(row.internalDate ?? 0));
  }
}

const byDsync: Copy = async (from, to) => {
  await doveadm(from.folder, ['backup', '-u', USER, ...(await dsyncServer(to.folder, USER))]);
};

const CHANNEL = [
  'Channel move',
  'Far :old:',
  'Near :new:',
  'Patterns *',
  'Create Near',
  'Sync Pull',
  'CopyArrivalDate yes',
];

const byMbsync: Copy = async (from, to) => {
  const home = join(to.folder, 'mbsync');
  await mkdir(home);
  const account = (name: string, world: TestWorld): string[] => [
    `IMAPAccount ${name}`,
    'Host 127.0.0.1',
    `Port ${world.imap.port}`,
    `User ${USER}`,
    `Pass "${world.accounts.support.password}"`,
    'SSLType None',
    'AuthMechs LOGIN',
    '',
    `IMAPStore ${name}`,
    `Account ${name}`,
    '',
  ];
  const channel = [...CHANNEL, `SyncState ${home}/`, ''];
  const config = join(home, 'mbsyncrc');
  await writeFile(config, [...account('old', from), ...account('new', to), ...channel].join('\n'), {
    mode: 0o600,
  });
  await promisify(execFile)(mbsync ?? '', ['-q', '-c', config, 'move'], {
    env: { PATH: process.env['PATH'], HOME: home },
    timeout: 120_000,
  });
};

async function move(kind: ServerKind, copy: Copy): Promise<void> {
  old = await DeskBench.start({ kind: 'maildir' });
  await fill();
  host = await DeskBench.start({ kind });
  const told = old.world.sent.length;
  const listed = await old.json('list', '--state', 'all');
  await copy(old.world, host.world);
  await host.configure(deskConfig(host.world));
  expect(await host.ok('repair', '--dry-run')).toContain('nothing to repair');
  expect(await host.json('list', '--state', 'all')).toEqual(listed);
  const first = await host.run('once');
  expect(first, first.stderr).toMatchObject({ code: 0 });
  // What waited, and what was pending: acknowledged once each; of the others nobody hears anything.
  expect(subjectsTo('jane@example.com')).toEqual(['Re: [issue4] Fourth', 'Re: [issue5] Fifth']);
  expect(old.world.sent.length).toBe(told);
  const after = host.world.sent.length;
  await host.ok('once');
  expect(host.world.sent.length).toBe(after);
  // An answer to a closed ticket reopens it whole, one to a merged number joins the other, and numbers go on.
  for (const number of [3, 2]) await host.world.deliver('support', answerTo(number), ENVELOPE);
  await host.deliver({ subject: 'Sixth' });
  await host.ok('once');
  const tickets = await host.json('list', '--state', 'all');
  expect(tickets.map(({ ticket, state }) => [ticket, state])).toEqual(
    [1, 3, 4, 5, 6].map((number) => [number, 'open']),
  );
  expect(tickets.map(({ messages }) => messages)).toEqual([5, 4, 2, 2, 2]);
}

const ENVELOPE = { envelope: { from: 'jane@example.com', to: USER } };

function subjectsTo(address: string): readonly string[] {
  return host.world.sent
    .filter(({ to }) => to.includes(address))
    .map(({ raw }) => /^Subject: (.*)$/m.exec(raw.toString().replaceAll('\r', ''))?.[1] ?? '')
    .toSorted();
}

function answerTo(number: number): Buffer {
  const told = old.world.sent.find(({ raw }) => raw.includes(`Re: [issue${number}]`));
  const id = /^Message-ID: (<.*>)$/im.exec(told?.raw.toString().replaceAll('\r', '') ?? '')?.[1] ?? '';
  return compose({ subject: `Re: [issue${number}]`, fields: [`In-Reply-To: ${id}`, `References: ${id}`] });
}

describe('the page about it', () => {
  it('has the lines that are run here', async () => {
    old = host = await DeskBench.start();
    const page = await readFile(fileURLToPath(new URL('../../docs/moving.md', import.meta.url)), 'utf8');
    expect(page).toContain(`doveadm backup -u ${USER} `);
    expect(page).toContain(`doveadm dsync-server -u ${USER}`);
    expect(page).toContain(CHANNEL.join('\n'));
  });
});

const ALL = ['maildir', 'mdbox', 'cyrus', 'courier'] as const;

for (const server of await chosenServers([], ALL)) {
  describe.skipIf(server.missing !== '')(`a desk that moves to ${server.name}`, () => {
    it('goes on after a copy by IMAP', async () => {
      await move(server.kind, byAppend);
    });
  });
}

describe('a desk that moves to another Dovecot', () => {
  it('goes on after dsync', async () => {
    await move('mdbox', byDsync);
  });

  it.skipIf(mbsync === null || !DEEP)('goes on after mbsync', async () => {
    await move('sdbox', byMbsync);
  });
});
