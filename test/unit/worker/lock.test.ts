import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../../src/config/account.js';
import { acquireLock, type HeldLock, type RefusedLock, waitForLock } from '../../../src/worker/lock.js';

const NEVER = new AbortController().signal;
const holders = new Set<ChildProcess>();
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
  spawnSync(process.execPath, [tsc, ...args, '--types', 'node', '--skipLibCheck', 'src/worker/lock.ts']);
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(compiled, 'node_modules'));
});
afterEach(() => {
  for (const holder of holders) holder.kill('SIGKILL');
  holders.clear();
});
afterAll(() => rm(compiled, { recursive: true }));

/** No test meets the lock of another. */
function newAccount(): Account {
  return { host: 'imap.example.com', port: 993, user: randomUUID() };
}

async function startHolder(account: Account, asFile: boolean): Promise<ChildProcess> {
  const holder = launch(account, asFile);
  await said(holder);
  return holder;
}

function launch(account: Account, asFile: boolean): ChildProcess {
  const module = join(compiled, 'worker/lock.js');
  const args = [
    resolve('test/unit/worker/lock-holder.mjs'),
    module,
    JSON.stringify(account),
    asFile ? 'file' : 'name',
  ];
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.add(holder);
  return holder;
}

async function said(holder: ChildProcess): Promise<void> {
  if (holder.stdout === null) throw new Error('no output');
  await once(holder.stdout, 'data');
}

function expectHeld(lock: HeldLock | RefusedLock): HeldLock {
  if (!lock.held) throw new Error('the lock is held by somebody else');
  return lock;
}

const kinds = process.platform === 'linux' ? [false, true] : [true];

describe.each(kinds)('a lock (as a file: %s)', (asFile) => {
  it('is one for each account, however that is written', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'once', asFile }));
    const same = { host: 'IMAP.Example.com.', port: 143, user: account.user.toUpperCase() };
    expect(await acquireLock(same, { command: 'list', asFile })).toEqual({
      held: false,
      by: { pid: process.pid, command: 'once', since: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    const other = expectHeld(await acquireLock({ ...account, port: 1993 }, { command: 'list', asFile }));
    await other.release();
    await lock.release();
    await expectHeld(await acquireLock(account, { command: 'once', asFile })).release();
  });

  it('is seen from other programs, and is free when its holder is killed', async () => {
    const account = newAccount();
    const holder = await startHolder(account, asFile);
    expect(await acquireLock(account, { command: 'once', asFile })).toMatchObject({
      held: false,
      by: { pid: holder.pid, command: 'run' },
    });
    const waited: unknown[] = [];
    const waiting = waitForLock(account, {
      command: 'run',
      asFile,
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
    const lock = expectHeld(await acquireLock(account, { command: 'run', asFile }));
    const others = [launch(account, asFile), launch(account, asFile)];
    const first = Promise.race(others.map((other) => said(other).then(() => other)));
    await lock.release();
    const winner = await first;
    expect(await acquireLock(account, { command: 'once', asFile })).toMatchObject({
      by: { pid: winner.pid },
    });
    const second = others.find((other) => other !== winner);
    if (second === undefined) throw new Error('nobody waits');
    const next = said(second);
    winner.kill('SIGTERM');
    await next;
    expect(await acquireLock(account, { command: 'once', asFile })).toMatchObject({
      by: { pid: second.pid },
    });
  });

  it('is taken at once by one of many', async () => {
    const account = newAccount();
    const attempts = Array.from({ length: 20 }, () => acquireLock(account, { command: 'once', asFile }));
    const locks = await Promise.all(attempts);
    const held = locks.filter((lock) => lock.held);
    expect(held).toHaveLength(1);
    for (const lock of held) await lock.release();
  });

  it('is not waited for after an abort', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'run', asFile }));
    const stop = new AbortController();
    const reason = new Error('stop');
    const options = { command: 'run', asFile, signal: stop.signal, onWait: () => stop.abort(reason) };
    await expect(waitForLock(account, options)).rejects.toBe(reason);
    await lock.release();
    await expect(waitForLock(account, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    await expectHeld(await acquireLock(account, { command: 'once', asFile })).release();
  });

  it('is released with people still waiting, and twice if need be', async () => {
    const account = newAccount();
    const lock = expectHeld(await acquireLock(account, { command: 'run', asFile }));
    const waiting = Array.from({ length: 5 }, () =>
      waitForLock(account, { command: 'run', asFile, signal: NEVER }).then((next) => next.release()),
    );
    await lock.release();
    await lock.release();
    await Promise.all(waiting);
  });
});

describe('a lock as a file', () => {
  it('that a dead program left behind is put aside', async () => {
    const account = newAccount();
    const holder = await startHolder(account, true);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const attempts = [1, 2, 3].map(() => acquireLock(account, { command: 'once', asFile: true }));
    const held = (await Promise.all(attempts)).filter((lock) => lock.held);
    expect(held).toHaveLength(1);
    for (const lock of held) await lock.release();
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
