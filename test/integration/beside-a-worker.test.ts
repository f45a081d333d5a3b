/** Commands and workers that find another worker at the account, what a worker reads when it starts, and how it stops. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock, type HeldLock } from '../../src/worker/run/lock.js';
import { compose, DeskBench } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { deskConfig, type Json, main, readFolder, until, withImap } from './world.js';

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

const SIGN_IN = /^\S+ (?:LOGIN|AUTHENTICATE) /i;

const children: ChildProcess[] = [];
let bench: DeskBench;
beforeAll(async () => {
  bench = await DeskBench.start({}, { poll: '0 0 1 1 *' });
  await bench.ok('once');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => bench.stop());

function start(program: string, ...args: string[]): Started {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, said: () => said };
}

function startDesk(...args: string[]): Started {
  return start(process.execPath, main, ...args, '-c', bench.file.path);
}

async function hears(started: Started, words: string): Promise<void> {
  await until(words, () => Promise.resolve(started.said().includes(words) ? true : null));
}

async function acknowledged(subject: string): Promise<void> {
  await until(`an acknowledgement of ${subject}`, async () => {
    const subjects = (await readFolder(bench.world, 'jane', 'INBOX')).map((mail) => mail.subject);
    return subjects.some((each) => each.endsWith(subject)) ? true : null;
  });
}

function imapAt(port: number): Json {
  const { user, password } = bench.world.accounts.support;
  return { host: '127.0.0.1', port, security: 'none', user, password };
}

async function sends(proxy: ImapProxy, ending: string): Promise<void> {
  const found = (): true | null => (proxy.lines.some((line) => line.endsWith(ending)) ? true : null);
  await until(`a line that ends with${ending}`, () => Promise.resolve(found()));
}

async function lockTaken(): Promise<HeldLock> {
  const { host, port } = bench.world.imap;
  const account = { host, port, user: bench.world.accounts.support.user };
  const lock = await acquireLock(account, { command: 'a test' });
  if (!lock.held) throw new Error('somebody else has the lock');
  return lock;
}

describe('beside another worker', () => {
  it('once does nothing and ends well, and says with -v who is at work; run and repair wait for their turn', async () => {
    await bench.deliver({ subject: 'Printer' });
    const before = await bench.snapshot();
    const lock = await lockTaken();
    expect(await bench.ok('list')).toBe('No open tickets.\n');
    const told = await bench.run('once', '-v');
    expect(told).toMatchObject({ code: 0, stdout: '' });
    expect(told.stderr).toMatch(new RegExp(`${process.pid}.*a test|a test.*${process.pid}`, 's'));
    const [repair, run] = [startDesk('repair'), startDesk('run')];
    await hears(repair, 'waiting for another worker');
    await hears(run, 'waiting for another worker');
    expect(await bench.snapshot()).toBe(before);
    await lock.release();
    expect(await repair.ended).toBe(0);
    expect(repair.said()).toContain('nothing to repair');
    await acknowledged('Printer');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });
});

describe('two desks on one account', () => {
  it('take turns, and each answers its own mail', async () => {
    const config = deskConfig(bench.world, { poll: '0 0 1 1 *' });
    const [desk] = config['desks'] as Json[];
    const roles = ['inbox', 'open', 'archived', 'review', 'register', 'outbox'];
    const folders = Object.fromEntries(roles.map((role) => [role, `Other/${role}`]));
    const other = { ...desk, name: 'Other', address: 'other@example.com', folders };
    await withImap(bench.world, 'support', (client) => client.mailboxCreate('Other/inbox'));
    await bench.configure({ ...config, desks: [desk, other] });
    const run = startDesk('run', '-v');
    await until('both desks', async () => ((await bench.folders()).includes('Other/register') ? true : null));
    await bench.deliver({ subject: 'Lamp' });
    await withImap(bench.world, 'support', (client) =>
      client.append('Other/inbox', compose({ subject: 'Bulb', to: 'other@example.com' })),
    );
    await acknowledged('Lamp');
    await acknowledged('Bulb');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.said()).not.toContain('"level":"error"');
    await bench.configure(deskConfig(bench.world));
  });
});

describe('a worker', () => {
  it('goes by the configuration that it has read when it started, while once reads it each time', async () => {
    await bench.deliver({ subject: 'Fax' });
    const run = startDesk('run');
    await acknowledged('Fax');
    await writeFile(bench.file.path, JSON.stringify(deskConfig(bench.world, { mail: 'hold' })));
    await bench.deliver({ subject: 'Scanner' });
    await acknowledged('Scanner');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    const { length } = bench.world.sent;
    await bench.deliver({ subject: 'Modem' });
    expect(await bench.json('once')).toMatchObject([{ kind: 'new' }, { summary: {} }]);
    expect(bench.world.sent).toHaveLength(length);
  });

  it('ends with 0 on SIGTERM though the server has fallen silent, and the next pass does the rest', async () => {
    const proxy = await startProxy(bench.world.imap.port);
    await bench.configure(deskConfig(bench.world, { imap: imapAt(proxy.port), poll: '0 0 1 1 *' }));
    const run = startDesk('run');
    await sends(proxy, ' IDLE');
    proxy.stall();
    await bench.deliver({ subject: 'Router' });
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await proxy.close();
    await bench.configure(deskConfig(bench.world));
    expect(await bench.json('once')).toMatchObject([{ kind: 'new' }, { summary: {} }]);
  });

  it('that has not signed in yet ends with 75 if it is once, since nothing was done', async () => {
    const proxy = await startProxy(bench.world.imap.port, {
      answer: (line) => (SIGN_IN.test(line) ? '' : null),
    });
    await bench.configure(deskConfig(bench.world, { imap: imapAt(proxy.port) }));
    const once = startDesk('once');
    await until('a sign-in', () =>
      Promise.resolve(proxy.lines.some((line) => SIGN_IN.test(line)) ? true : null),
    );
    once.child.kill('SIGTERM');
    expect(await once.ended).toBe(75);
    await proxy.close();
    await bench.configure(deskConfig(bench.world));
  });

  it('goes on where no file can be written, neither its log nor what makes it quick', async () => {
    const log = join(bench.file.folder, 'log');
    const forbidden = (...args: string[]): Started =>
      start('/bin/sh', '-c', `ulimit -f 0; exec "$@" 2>'${log}'`, 'sh', ...args);
    expect(await forbidden('/bin/sh', '-c', `echo words > '${log}2'`).ended).not.toBe(0);
    await bench.deliver({ subject: 'Switch' });
    const once = forbidden(process.execPath, main, 'once', '-v', '-c', bench.file.path);
    expect(await once.ended).toBe(0);
    await acknowledged('Switch');
  });
});
