import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/config/account.js';
import {
  acquireLock,
  type HeldLock,
  type RefusedLock,
  waitForLock,
} from '../../../../src/worker/run/lock.js';

const NEVER = new AbortController().signal;
const holders = new Set<ChildProcess>();
const files = mkdtempSync(join(tmpdir(), 'imapdesk-lock-'));
let compiled = '';

// The other programs are real ones, so they need the code as JavaScript.
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'imapdesk-lock-'));
  const args = [
    '--ignoreConfig',
    '--outDir',
    compiled,
    '--rootDir',
    'src',
    '--module',
    'nodenext',
    '--target',
    'es2023',
  ];
  const tsc = resolve('node_modules/typescript/bin/tsc');
  spawnSync(process.execPath, [tsc, ...args, '--types', 'node', '--skipLibCheck', 'src/worker/run/lock.ts']);
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(compiled, 'node_modules'));
});
afterEach(() => {
  for (const holder of holders) holder.kill('SIGKILL');
  holders.clear();
});
afterAll(async () => {
  await rm(files, { recursive: true });
  await rm(compiled, { recursive: true });
});

/** No test meets the lock of another. */
function newAccount(): Account {
  return { host: 'imap.example.com', port: 993, user: randomUUID() };
}

async function startHolder(account: Account, folder: string | null): Promise<ChildProcess> {
  const holder = launch(account, folder);
  await said(holder);
  return holder;
}

function launch(account: Account, folder: string | null): ChildProcess {
  const module = join(compiled, 'worker/run/lock.js');
  const args = [
    resolve('test/unit/worker/run/lock-holder.mjs'),
    module,
    JSON.stringify(account),
    folder ?? '',
  ];
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.add(holder);
  return holder;
}

async function said(holder: ChildProcess): Promise<void> {
  if (holder.stdout === null) throw new Error('no output');
  const ended = once(holder, 'exit').then(([code]) => {
    throw new Error(`the other program ended with ${String(code)} before it said anything`);
  });
  await Promise.race([once(holder.stdout, 'data'), ended]);
  ended.catch(() => undefined);
}

function expectHeld(lock: HeldLock | RefusedLock): HeldLock {
  if (!lock.held) throw new Error('the lock is held by somebody else');
  return lock;
}

describe.each(process.platform === 'linux' ? ['name', 'file'] : ['file'])('a lock as a %s', (kind) => {
  const folder = kind === 'file' ? files : null;

  it('is one for each account, however that is written', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'once', folder }));
    const same = { host: 'IMAP.Example.com.', port: 143, user: account.user.toUpperCase() };
    expect(await acquireLock(same, { command: 'list', folder })).toEqual({
      held: false,
      by: { pid: process.pid, command: 'once', since: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    const other = expectHeld(await acquireLock({ ...account, port: 1993 }, { command: 'list', folder }));
    await other.release();
    await lock.release();
    await expectHeld(await acquireLock(account, { command: 'once', folder })).release();
  });

  it('is seen from other programs, and is free when its holder is killed', async () => {
    const account = newAccount();
    const holder = await startHolder(account, folder);
    expect(await acquireLock(account, { command: 'once', folder })).toMatchObject({
      held: false,
      by: { pid: holder.pid, command: 'run' },
    });
    const waited: unknown[] = [];
    const waiting = waitForLock(account, {
      command: 'run',
      folder,
      signal: NEVER,
      onWait: (by) => waited.push(by),
    });
    await expect.poll(() => waited).toHaveLength(1);
    holder.kill('SIGKILL');
    const lock = await waiting;
    expect(waited).toEqual([expect.objectContaining({ pid: holder.pid })]);
    await lock.release();
  });

  it('goes to one of those who wait, then to the next', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'run', folder }));
    const others = [launch(account, folder), launch(account, folder)];
    const first = Promise.race(others.map((other) => said(other).then(() => other)));
    await lock.release();
    const winner = await first;
    expect(await acquireLock(account, { command: 'once', folder })).toMatchObject({
      by: { pid: winner.pid },
    });
    const second = others.find((other) => other !== winner);
    if (second === undefined) throw new Error('nobody waits');
    const next = said(second);
    winner.kill('SIGTERM');
    await next;
    expect(await acquireLock(account, { command: 'once', folder })).toMatchObject({
      by: { pid: second.pid },
    });
  });

  it('is taken at once by one of many', async () => {
    const account = newAccount();
    const attempts = Array.from({ length: 20 }, () => acquireLock(account, { command: 'once', folder }));
    const locks = await Promise.all(attempts);
    const held = locks.filter((lock) => lock.held);
    expect(held).toHaveLength(1);
    for (const lock of held) await lock.release();
  });

  it('is not waited for after an abort', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'run', folder }));
    const stop = new AbortController();
    const reason = new Error('stop');
    const options = { command: 'run', folder, signal: stop.signal, onWait: () => stop.abort(reason) };
    await expect(waitForLock(account, options)).rejects.toBe(reason);
    await lock.release();
    await expect(waitForLock(account, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    await expectHeld(await acquireLock(account, { command: 'once', folder })).release();
  });

  it('is released with people still waiting, and twice if need be', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'run', folder }));
    const waiting = Array.from({ length: 5 }, () =>
      waitForLock(account, { command: 'run', folder, signal: NEVER }).then((next) => next.release()),
    );
    await lock.release();
    await lock.release();
    await Promise.all(waiting);
  });
});

async function leaveBehind(): Promise<{ readonly account: Account; readonly file: string }> {
  const account = newAccount();
  const before = await readdir(files);
  const holder = await startHolder(account, files);
  const file = (await readdir(files)).find((name) => !before.includes(name));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  return { account, file: join(files, file ?? '') };
}

describe('a lock as a file', () => {
  const options = { command: 'once', folder: files };

  it('that a dead program left behind is taken over by one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { account } = await leaveBehind();
      const attempts = [1, 2, 3, 4, 5].map(() => acquireLock(account, options));
      const held = (await Promise.all(attempts)).filter((lock) => lock.held);
      expect(held).toHaveLength(1);
      for (const lock of held) await lock.release();
    }
  });

  it('is taken over even if somebody died while doing so', async () => {
    const { account, file } = await leaveBehind();
    const guard = `${file}.guard`;
    await mkdir(guard);
    expect(await acquireLock(account, options)).toEqual({ held: false, by: null });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(guard, longAgo, longAgo);
    const lock = await waitForLock(account, { ...options, signal: NEVER, random: () => 0 });
    await lock.release();
    expect(await readdir(files)).not.toEqual(expect.arrayContaining([basename(file)]));
  });
});

describe.runIf(process.platform === 'linux')('an abstract name', () => {
  it('that a program of another kind has taken is held by somebody unknown', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'once' }));
    const { readFileSync } = await import('node:fs');
    const names = readFileSync('/proc/net/unix', 'latin1').split('\n');
    await lock.release();
    const free = readFileSync('/proc/net/unix', 'latin1').split('\n');
    const name = names
      .find((line) => line.includes('@imapdesk-lock-') && !free.includes(line))
      ?.replace(/^.*@/, '\0');
    const answers = [
      'not JSON\n',
      '{"pid":"1"}\n',
      'null\n',
      'x'.repeat(100_000),
      '{"pid":1,"command":"a\\u001b[2J","since":"s"}\n',
    ];
    const seen: unknown[] = [];
    for (const answer of answers) {
      const server = createServer((socket) => socket.on('error', () => undefined).end(answer));
      server.listen({ path: name ?? '' });
      await once(server, 'listening');
      seen.push(await acquireLock(account, { command: 'once' }));
      server.close();
      await once(server, 'close');
    }
    const unknown = { held: false, by: null };
    expect(seen).toEqual([
      unknown,
      unknown,
      unknown,
      unknown,
      { held: false, by: { pid: 1, command: 'a[2J', since: 's' } },
    ]);
  });
});
