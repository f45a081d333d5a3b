/** What an IMAP connection does when it waits, when it breaks, and when it cannot be made. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { appendOne } from '../../src/mailbox/append-one.js';
import { connectStore, type ImapConnection, type ImapOptions } from '../../src/mailbox/imap/connection.js';
import type { Problem } from '../../src/problem/problem.js';
import { letter } from '../model/sample-mail.js';
import { type ImapProxy, type ProxyRules, startProxy } from './imap-proxy.js';
import { startWorld } from './world.js';

const ALL = { and: [] };
const SOON_MS = 5000;

let world: MailWorld;
let connections: ImapConnection[] = [];
let proxies: ImapProxy[] = [];

const raw = letter({
  from: 'a@example.org',
  to: 'b@example.com',
  subject: 'News',
  messageId: 'news@x.example',
});
const never = new AbortController().signal;

function account(): ImapOptions {
  const { user, password } = world.accounts.support;
  return { host: '127.0.0.1', port: world.imap.port, security: 'none', user, password };
}

async function open(options: Partial<ImapOptions> = {}): Promise<ImapConnection> {
  const connection = await connectStore({ ...account(), ...options });
  connections.push(connection);
  return connection;
}

async function proxied(rules: ProxyRules = {}): Promise<ImapProxy> {
  const proxy = await startProxy(world.imap.port, rules);
  proxies.push(proxy);
  return proxy;
}

/** What a promise has come to by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    () => 'resolved',
    () => 'rejected',
  );
  return await Promise.race([
    settled,
    new Promise<string>((resolve) => setTimeout(() => resolve('waits'), 150)),
  ]);
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return await promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: Problem) => error,
  );
}

beforeAll(async () => {
  world = await startWorld({ tls: true });
});

afterAll(async () => {
  await world.stop();
});

afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  connections = [];
  proxies = [];
});

describe('waiting for mail', () => {
  it('ends when mail arrives, and when it is told to', async () => {
    const { waitForMail, store } = bound(await open());
    await store.search('INBOX', ALL);
    const waiting = waitForMail('INBOX', never);
    expect(await stateOf(waiting)).toBe('waits');
    await world.deliver('support', raw);
    await waiting;
    const controller = new AbortController();
    await store.search('INBOX', ALL);
    const stopped = waitForMail('INBOX', controller.signal);
    expect(await stateOf(stopped)).toBe('waits');
    controller.abort();
    await stopped;
    await waitForMail('INBOX', controller.signal);
  });

  it('ends at once if mail came since the last search, though other folders were open meanwhile', async () => {
    const { waitForMail, store } = bound(await open());
    await store.createFolder('Elsewhere', { subscribe: false });
    await store.search('INBOX', ALL);
    await store.search('Elsewhere', ALL);
    const other = await open();
    await other.store.append('INBOX', [{ raw, flags: [] }]);
    await waitForMail('INBOX', never);
    await store.search('INBOX', ALL);
    expect(await stateOf(waitForMail('INBOX', AbortSignal.timeout(1000)))).toBe('waits');
  });

  it('asks for news by IDLE alone where the folder is selected, and is told what came since the last command', async () => {
    const { waitForMail, store, commands } = bound(await open());
    await store.search('INBOX', ALL);
    const asked = commands.get('NOOP') ?? 0;
    await world.deliver('support', raw);
    await waitForMail('INBOX', never);
    expect(commands.get('IDLE')).toBe(1);
    expect(commands.get('NOOP') ?? 0).toBe(asked);
  });

  it('has been shown by IDLE what others did in the folder, and need not ask how it stands', async () => {
    const { waitForMail, store, commands } = bound(await open());
    const other = await open();
    const uid = await appendOne(other.store, 'INBOX', { raw, flags: [] });
    await store.search('INBOX', ALL);
    const asked = commands.get('NOOP') ?? 0;
    const afterAWait = async () => {
      await waitForMail('INBOX', AbortSignal.timeout(200));
      return (await store.statuses(['INBOX'])).get('INBOX')?.modseq;
    };
    const before = await afterAWait();
    expect(await afterAWait()).toBe(before);
    await other.store.setFlags('INBOX', [uid], { add: ['\\Flagged'] });
    await expect.poll(afterAWait, { timeout: SOON_MS }).not.toBe(before);
    expect(commands.get('NOOP') ?? 0).toBe(asked);
  });

  it('gives way to other work, ends after its time, and leaves the connection as good as before', async () => {
    const { waitForMail, store, commands } = bound(await open({ maxIdleMs: 200 }));
    const waiting = waitForMail('INBOX', never);
    const found = store.search('INBOX', ALL);
    await waiting;
    await found;
    await waitForMail('INBOX', never);
    expect(await store.search('INBOX', ALL)).toEqual(await found);
    expect(commands.get('IDLE')).toBe(1);
    await Promise.all([store.search('INBOX', ALL), waitForMail('INBOX', never), store.state('INBOX')]);
  });

  it('waits for the signal alone where there is no IDLE', async () => {
    const proxy = await proxied({ rewrite: (line) => line.replaceAll(' IDLE', '') });
    const { waitForMail, store, capabilities, commands } = bound(await open({ port: proxy.port }));
    expect(capabilities.has('IDLE')).toBe(false);
    const controller = new AbortController();
    const waiting = waitForMail('INBOX', controller.signal);
    await store.append('INBOX', [{ raw, flags: [] }]);
    expect(await stateOf(waiting)).toBe('waits');
    controller.abort();
    await waiting;
    const lost = waitForMail('INBOX', never);
    proxy.cut();
    expect((await problemOf(lost)).code).toBe('imap-connection-lost');
    expect(commands.has('IDLE')).toBe(false);
  });

  it('waits for the signal alone where IDLE is announced but refused', async () => {
    const proxy = await proxied({
      answer: (line) => /^(\S+) IDLE/.exec(line)?.[1]?.concat(' BAD Unknown command\r\n') ?? null,
    });
    const { waitForMail, store, commands } = bound(await open({ port: proxy.port }));
    for (const round of [1, 2]) {
      const controller = new AbortController();
      const waiting = waitForMail('INBOX', controller.signal);
      expect(`${await stateOf(waiting)} ${round}`).toBe(`waits ${round}`);
      expect(await store.folders()).toContain('INBOX');
      controller.abort();
      await waiting;
    }
    expect(commands.get('IDLE')).toBe(1);
  });

  it.each([' IDLE', 'nothing'])('ends when the connection is closed, without%s', async (hidden) => {
    const proxy = await proxied({ rewrite: (line) => line.replaceAll(hidden, '') });
    const connection = await open({ port: proxy.port });
    const waiting = connection.waitForMail('INBOX', never);
    expect(await stateOf(waiting)).toBe('waits');
    await connection.close();
    await waiting;
  });
});

describe('a connection that breaks', () => {
  it('says so to the work in hand, to who waits, and to all later work', async () => {
    const proxy = await proxied();
    const connection = await open({ port: proxy.port });
    const told: string[] = [];
    connection.onLost((problem) => told.push(problem.code));
    const waiting = connection.waitForMail('INBOX', never);
    expect(await stateOf(waiting)).toBe('waits');
    proxy.cut();
    expect(await problemOf(waiting)).toMatchObject({
      code: 'imap-connection-lost',
      temporary: true,
      exitCode: 75,
    });
    expect(await problemOf(connection.store.search('INBOX', ALL))).toMatchObject({
      code: 'imap-connection-lost',
    });
    expect(await problemOf(connection.noop())).toMatchObject({ code: 'imap-connection-lost' });
    connection.onLost((problem) => told.push(problem.code));
    expect(told).toEqual(['imap-connection-lost', 'imap-connection-lost']);
    await connection.close();
  });

  it('fails what gets no answer in time', async () => {
    const proxy = await proxied();
    const connection = await open({ port: proxy.port, maxSilenceMs: 500 });
    await connection.noop();
    proxy.stall();
    const start = Date.now();
    expect(await problemOf(connection.store.search('INBOX', ALL))).toMatchObject({
      code: 'imap-connection-lost',
      message: expect.stringContaining('no answer in time'),
    });
    expect(Date.now() - start).toBeLessThan(SOON_MS);
  });

  it('closes within its time though the server says nothing', async () => {
    const proxy = await proxied();
    const connection = await open({ port: proxy.port });
    const told: string[] = [];
    connection.onLost((problem) => told.push(problem.code));
    const waiting = stateOf(connection.waitForMail('INBOX', never));
    expect(await waiting).toBe('waits');
    proxy.stall();
    const start = Date.now();
    await connection.close();
    expect(Date.now() - start).toBeLessThan(SOON_MS);
    expect(told).toEqual([]);
    expect(await problemOf(connection.store.folders())).toMatchObject({ code: 'imap-connection-lost' });
  });

  it('finishes the work in hand before it closes', async () => {
    const connection = await open();
    const stored = appendOne(connection.store, 'INBOX', { raw, flags: [] });
    await connection.close();
    expect(await stored).toBeGreaterThan(0);
    await connection.close();
  });

  it('tells why the server hung up', async () => {
    const proxy = await proxied({
      rewrite: (line) => (line.includes('NOOP completed') ? '* BYE Down for \u0007maintenance\r\n' : line),
    });
    const connection = await open({ port: proxy.port });
    const problem = await problemOf(connection.noop());
    expect(problem).toMatchObject({ code: 'imap-connection-lost', temporary: true });
    expect(problem.message).toMatch(/Down for maintenance$/);
  });
});

describe('a connection that cannot be made', () => {
  it('takes a sign-in that fails for the time being for what it is', async () => {
    const proxy = await proxied({
      answer: (line) =>
        /^(\S+) (AUTHENTICATE|LOGIN) /.exec(line)?.[1]?.concat(' NO [UNAVAILABLE] Later\r\n') ?? null,
    });
    const busy = await problemOf(connectStore({ ...account(), port: proxy.port }));
    expect(busy).toMatchObject({ code: 'imap-unreachable', temporary: true });
  });

  it('accepts no certificate that it does not know', async () => {
    const { tlsPort } = world.imap;
    const { certificate } = world;
    if (tlsPort === null || certificate === null) throw new Error('This world has no TLS.');
    for (const secure of [
      { port: tlsPort, security: 'tls' },
      { port: world.imap.port, security: 'starttls' },
    ] as const) {
      const host = 'localhost';
      const refused = await problemOf(connectStore({ ...account(), ...secure, host }));
      expect(refused).toMatchObject({ code: 'imap-certificate', exitCode: 69, temporary: false });
      const connection = await open({ ...secure, host, ca: certificate });
      expect(await connection.store.folders()).toContain('INBOX');
    }
  });

  it('signs in nowhere without the TLS that is asked for', async () => {
    const proxy = await proxied({ rewrite: (line) => line.replaceAll(' STARTTLS', '') });
    const starttls = await problemOf(connectStore({ ...account(), port: proxy.port, security: 'starttls' }));
    expect(starttls).toMatchObject({ code: 'imap-tls', temporary: false });
    expect(proxy.lines.join('\n')).not.toMatch(/LOGIN|AUTHENTICATE/);
    const tls = await problemOf(connectStore({ ...account(), security: 'tls' }));
    expect(tls).toMatchObject({ code: 'imap-tls', temporary: false });
  });

  it('stops at the signal', async () => {
    const proxy = await proxied();
    proxy.stall();
    const stopped = await problemOf(
      connectStore({ ...account(), port: proxy.port, signal: AbortSignal.timeout(100) }),
    );
    expect(stopped.code).toBe('imap-stopped');
    const before = await problemOf(connectStore({ ...account(), signal: AbortSignal.abort() }));
    expect(before.code).toBe('imap-stopped');
  });

  // Last, since Dovecot lets an address wait that has failed to sign in.
  it('tells a refused sign-in from a server that is not there', async () => {
    const refused = await problemOf(connectStore({ ...account(), password: 'wrong password' }));
    expect(refused).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77, temporary: false });
    expect(refused.message).not.toContain('wrong password');
    const gone = await problemOf(connectStore({ ...account(), port: 1 }));
    expect(gone).toMatchObject({ code: 'imap-unreachable', exitCode: 69, temporary: true });
    const unknown = await problemOf(connectStore({ ...account(), host: 'no-such-host.invalid' }));
    expect(unknown).toMatchObject({ code: 'imap-unreachable', temporary: true });
  });
});

/** Methods that need no `this` at the place of call. */
function bound(
  connection: ImapConnection,
): Pick<ImapConnection, 'waitForMail' | 'store' | 'commands' | 'capabilities'> {
  const { store, commands, capabilities } = connection;
  return {
    store,
    commands,
    capabilities,
    waitForMail: (folder, signal) => connection.waitForMail(folder, signal),
  };
}
