/** How people hear of a desk that does not work, and how it hears that it was mended. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { askWorker } from '../../src/worker/run/desk-socket.js';
import { acquireLock } from '../../src/worker/run/lock.js';
import type { WorkerState } from '../../src/worker/run/worker-state.js';
import { DEEP } from '../servers/start.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, type Running, startRun } from './running.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  readFolder,
  runDesk,
  startWorld,
  until,
  withImap,
  writeConfig,
} from './world.js';

let world: MailWorld;
let proxy: ImapProxy;
let config: ConfigFile;
/** Only IDLE or a word from outside wakes the worker within a test. */
const NO_POLL = '0 0 1 1 *';

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  proxy = await startProxy(world.imap.port);
  const { user } = world.accounts.support;
  config = await writeConfig(
    deskConfig(world, {
      poll: NO_POLL,
      imap: {
        host: '127.0.0.1',
        port: proxy.port,
        security: 'none',
        user,
        password: { file: 'password.txt' },
      },
    }),
  );
  await setPassword(world.accounts.support.password);
});
afterEach(async () => {
  killAll();
  await world.smtpResume();
  await config.remove();
  await proxy.close();
});
afterAll(() => world.stop());

async function setPassword(password: string): Promise<void> {
  await writeFile(join(config.folder, 'password.txt'), `${password}\n`, { mode: 0o600 });
}

async function write(name: string): Promise<void> {
  const raw = ['From: jane@example.com', 'To: support@example.com', `Subject: ${name}`];
  const text = [...raw, `Message-ID: <${name}@example.com>`, '', 'Hello.', ''].join('\r\n');
  await world.deliver('support', Buffer.from(text));
}

async function answered(name: string, withinMs = 60_000): Promise<void> {
  await until(
    `an acknowledgement of ${name}`,
    async () => {
      const found = await readFolder(world, 'jane', 'INBOX');
      return found.some(({ subject }) => subject.endsWith(name)) ? true : null;
    },
    withinMs,
  );
}

async function logged({ lines }: Running, message: string): Promise<Record<string, unknown>> {
  return until(`"${message}" in the log`, () =>
    Promise.resolve(lines.find(({ msg }) => String(msg).startsWith(message)) ?? null),
  );
}

/** What the worker says of itself, once it says what is looked for. */
async function workerIs(what: string, test: (state: WorkerState) => boolean): Promise<WorkerState> {
  const imap = { host: '127.0.0.1', port: proxy.port, user: world.accounts.support.user };
  return until(what, async () => {
    const state = await askWorker({ address: 'support@example.com', imap });
    return state !== null && test(state) ? state : null;
  });
}

async function atRest(): Promise<void> {
  await workerIs('a worker at rest', ({ doing, backlog }) => doing === 'waiting' && backlog?.outbox === 0);
}

async function status(): Promise<{ code: number; fields: Json; text: string }> {
  const json = await runDesk(['status', '--json', '-c', config.path]);
  const { stdout } = await runDesk(['status', '-c', config.path]);
  return { code: json.code, fields: JSON.parse(json.stdout) as Json, text: stdout };
}

describe('status', () => {
  it('tells of a mailbox in which no desk has worked, then of the desk and its worker', async () => {
    const first = await status();
    expect(first.code).toBe(0);
    expect(first.fields).toEqual({
      desk: 'Example Support',
      problem: null,
      mailbox: null,
      lock: null,
      worker: [],
    });
    expect(first.text).toContain('none runs on this machine');
    expect(first.text).toContain('no desk has worked in it yet');
    const worker = startRun(config);
    await write('first');
    await answered('first');
    await atRest();
    const { code, fields, text } = await status();
    expect(code).toBe(0);
    expect(fields).toMatchObject({
      desk: 'Example Support',
      problem: null,
      mailbox: { openTickets: 1, pending: 0, attempts: 0, outbox: 0, held: 0, oldestLetter: null, review: 0 },
      worker: [
        {
          pid: worker.child.pid,
          trouble: null,
          delivery: null,
          hangsSince: null,
          signInsRefused: { imap: 0, smtp: 0 },
          backlog: { pending: 0, outbox: 0, held: 0, oldestLetter: null, deferred: 0 },
        },
      ],
    });
    expect(text).toContain(`process ${worker.child.pid} on`);
    expect(text).toMatch(/open +1 ticket\n/);
    const table = await runDesk(['status', '--table', '-c', config.path]);
    expect(table.stdout).toMatch(
      /^DESK +WORKER .*\nExample Support +\S+ \(\d+\) .* 1 +0 +0 +works\n1 desks?, 0 in/,
    );
    expect((await runDesk(['status', '--trouble', '-c', config.path])).stdout).toBe('');
    expect((await worker.stop('SIGTERM')).code).toBe(0);
  });

  it('shows the worker and its trouble where the mailbox cannot be reached, and mail that cannot leave', async () => {
    const worker = startRun(config);
    await write('before');
    await answered('before');
    await atRest();
    await world.smtpPause();
    await write('waits');
    await workerIs('out of order', ({ delivery }) => delivery !== null);
    const waiting = await status();
    expect(waiting.code).toBe(0);
    expect(waiting.fields['mailbox']).toMatchObject({ outbox: 3, held: 0 });
    expect(waiting.fields['worker']).toMatchObject([
      { delivery: { code: 'smtp-unusable-connection', needsPerson: false }, backlog: { outbox: 3 } },
    ]);
    expect(waiting.text).toMatch(/outbox +3 letters, the oldest unsent since 20/);
    await world.smtpResume();
    await proxy.close();
    await workerIs('out of order', ({ trouble }) => trouble !== null);
    const lost = await status();
    expect(lost.code).toBe(69);
    expect(lost.fields).toMatchObject({
      problem: expect.stringContaining('No connection to the IMAP server') as string,
      mailbox: null,
      worker: [{ pid: worker.child.pid, trouble: { code: 'imap-unreachable', needsPerson: false } }],
    });
    expect(lost.text).toContain('cannot be read: No connection to the IMAP server');
    expect(lost.text).toMatch(/trouble +since 20.*No connection to the IMAP server/);
  });
});

describe('a desk in trouble', () => {
  /** The pause after a first refusal is a minute at least: within less, only a word from outside ends it. */
  const SOON_MS = 45_000;

  const WAYS: readonly (readonly [string, (worker: Running) => Promise<unknown>])[] = [
    ['SIGHUP', (worker: Running) => Promise.resolve(worker.child.kill('SIGHUP'))],
    ['repair', () => runDesk(['repair', '-c', config.path])],
    ['close', () => runDesk(['close', '1', '-c', config.path])],
  ];
  it.each(WAYS.filter(([by]) => DEEP || by !== 'repair'))(
    'whose password was mended hears of it by %s',
    async (by, tell) => {
      await setPassword('not the password');
      const worker = startRun(config);
      await logged(worker, 'The desk is unhealthy');
      const { code, fields, text } = await status();
      // Asking how it is tries no password.
      expect(proxy.lines.filter((line) => / (AUTHENTICATE|LOGIN) /.test(line))).toHaveLength(1);
      expect(code).toBe(77);
      expect(fields).toMatchObject({
        worker: [
          {
            doing: 'pausing',
            trouble: { code: 'imap-sign-in-refused', needsPerson: true },
            signInsRefused: { imap: 1, smtp: 0 },
          },
        ],
      });
      expect(text).toContain('(this needs a person)');
      expect(text).toContain('refused: IMAP 1, SMTP 0');
      await setPassword(world.accounts.support.password);
      await tell(worker);
      await write(`mended-${by}`);
      await answered(`mended-${by}`, SOON_MS);
      await logged(worker, 'The desk works again');
      expect(JSON.stringify(worker.lines)).not.toContain('not the password');
      expect((await worker.stop('SIGTERM')).code).toBe(0);
    },
  );

  it('works again soon after a folder was renamed back', async () => {
    const worker = startRun(config);
    await write('whole');
    await answered('whole');
    await withImap(world, 'support', (client) => client.mailboxRename('Tickets/Review', 'Tickets/Elsewhere'));
    await write('missing');
    await logged(worker, 'The desk is unhealthy');
    await withImap(world, 'support', (client) => client.mailboxRename('Tickets/Elsewhere', 'Tickets/Review'));
    await answered('missing');
    expect((await worker.stop('SIGTERM')).code).toBe(0);
  });

  it('sees at once to what a command has left to it, and status tells who is at work', async () => {
    const worker = startRun(config);
    await write('left');
    await answered('left');
    await atRest();
    const account = { host: '127.0.0.1', port: proxy.port, user: world.accounts.support.user };
    const list = async (): Promise<string> =>
      (await runDesk(['list', '--state', 'all', '--json', '-c', config.path])).stdout;
    const number = (JSON.parse((await list()).trim().split('\n').at(-1) ?? '{}') as Json)['ticket'];
    const lock = await acquireLock(account, { command: 'test' });
    if (!lock.held) throw new Error('somebody is at the account');
    try {
      const closed = await runDesk(['close', String(number), '-c', config.path]);
      expect(closed.stdout).toBe(
        `Another worker is at this mailbox: it will see to ticket ${String(number)} at once.\n`,
      );
      await workerIs('waiting for the lock', ({ doing }) => doing === 'waiting-for-lock');
      const { fields, text } = await status();
      expect(fields['lock']).toMatchObject({ pid: process.pid, command: 'test' });
      expect(text).toContain(`imapdesk test, process ${process.pid}, since `);
      expect(text).toContain('it waits for another worker on this account');
    } finally {
      await lock.release();
    }
    await until('a closed ticket', async () =>
      (await list()).includes(`"ticket":${String(number)},"state":"archived"`) ? true : null,
    );
    expect((await worker.stop('SIGTERM')).code).toBe(0);
  });

  it('reads a rotated password on SIGHUP while all is well', async () => {
    const worker = startRun(config);
    await write('old');
    await answered('old');
    await setPassword('rotated, but not at the server');
    worker.child.kill('SIGHUP');
    await logged(worker, 'The desk is unhealthy');
    await setPassword(world.accounts.support.password);
    worker.child.kill('SIGHUP');
    await logged(worker, 'The desk works again');
    expect((await worker.stop('SIGTERM')).code).toBe(0);
  });
});
