/** What is read at once is asked for at once: one round trip for all of it, and each answer is of its own folder. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import { type Meter, startMeter } from '../bench/meter.js';
import { letter } from '../model/sample-mail.js';
import { type ImapProxy, type ProxyRules, startProxy } from './imap-proxy.js';
import { startWorld, type TestWorld } from './world.js';

const FOLDERS = ['One', 'Two', 'Three'];
const ALL = { and: [] };

let world: TestWorld;
let meter: Meter;
let proxy: ImapProxy;
let connection: ImapConnection;

async function connect(port: number, more: { readonly readOnly?: boolean } = {}): Promise<ImapConnection> {
  const { user, password } = world.accounts.support;
  return connectStore({ host: '127.0.0.1', port, security: 'none', user, password, ...more });
}

async function behindProxy(rules: ProxyRules = {}): Promise<ImapConnection> {
  await connection.close();
  proxy = await startProxy(world.imap.port, rules);
  connection = await connect(proxy.port);
  return connection;
}

/** imapflow asks of a folder before it selects it for the first time. */
async function knowFolders(): Promise<void> {
  for (const folder of [...FOLDERS, 'INBOX']) await connection.store.search(folder, ALL);
}

function headersOf(messages: readonly { readonly header: Buffer }[]): string {
  return messages.map(({ header }) => header.toString('latin1')).join('');
}

beforeEach(async () => {
  world = await startWorld();
  meter = await startMeter(world.imap.port);
  connection = await connect(meter.port);
  for (const [index, folder] of FOLDERS.entries()) {
    await connection.store.createFolder(folder, { subscribe: false });
    // So many in each that no two folders answer alike.
    for (let count = 0; count <= index; count += 1) {
      const messageId = `${folder}-${count}@x.example`;
      const raw = letter({ from: 'a@example.org', to: 'b@example.com', subject: 'Hello', messageId });
      await appendOne(connection.store, folder, { raw, flags: [] });
    }
  }
  await knowFolders();
});
afterEach(async () => {
  await connection.close();
  await meter.close();
  await proxy?.close();
  await world.stop();
});

it.each(['SELECT', 'EXAMINE'])('costs one round trip in several folders, opened by %s', async (by) => {
  if (by === 'EXAMINE') {
    await connection.close();
    connection = await connect(meter.port, { readOnly: true });
    await knowFolders();
  }
  const { store } = connection;
  const { commands: before } = meter.take();
  expect(before.has(by)).toBe(true);
  const [one, two, three] = await Promise.all([
    store.search('One', ALL),
    store.count('Two', ALL),
    store.fetch('Three', [1, 2, 3]),
  ]);
  const { turns, commands } = meter.take();
  // What is read in the wrong folder would be asked for once more.
  expect([turns, commands.get(by), commands.get('UID FETCH')]).toEqual([1, 3, 1]);
  expect([one, two]).toEqual([[1], 2]);
  expect(headersOf(three)).toMatch(/Three-0[\s\S]*Three-1[\s\S]*Three-2/);
});

it('is ended by SELECT before the next command in the same folder: a server may end two in any order', async () => {
  const { store } = await behindProxy();
  await knowFolders();
  const before = proxy.lines.length;
  const [uids, count, flags] = await Promise.all([
    store.search('Three', ALL),
    store.count('Three', ALL),
    store.flags('Three', [2]),
  ]);
  expect([uids, count, [...flags.keys()]]).toEqual([[1, 2, 3], 3, [2]]);
  const verbs = proxy.lines.slice(before).map((line) => line.split(' ').slice(1, 3).join(' '));
  expect(verbs).toEqual([
    'SELECT Three',
    'UID SEARCH',
    'SELECT Three',
    'UID SEARCH',
    'SELECT Three',
    'UID FETCH',
  ]);
});

it('is of its own folder when that is selected for the first time', async () => {
  const { store } = await behindProxy();
  const found = await Promise.all(['Three', 'One', 'Two'].map((folder) => store.search(folder, ALL)));
  expect(found).toEqual([[1, 2, 3], [1], [1, 2]]);
});

it('tells of the folder that is not there, and answers of the others', async () => {
  const { store } = connection;
  const [one, none, two] = await Promise.allSettled([
    store.search('One', ALL),
    store.search('Nowhere', ALL),
    store.search('Two', ALL),
  ]);
  expect([one, two]).toMatchObject([{ value: [1] }, { value: [1, 2] }]);
  expect(none).toMatchObject({ status: 'rejected', reason: { code: 'imap-folder-missing' } });
});

it('is done again in its own folder where the server throttles', async () => {
  let throttled = 0;
  // As Microsoft 365 says it; imapflow waits and then asks once more by itself.
  const rewrite = (line: string): string =>
    /^\w+ OK Fetch completed/i.test(line) && (throttled += 1) === 1
      ? line.replace(/ OK .*\r\n$/, ' BAD Request is throttled. Suggested Backoff Time: 1 milliseconds\r\n')
      : line;
  const { store } = await behindProxy({ rewrite });
  await knowFolders();
  const [three, two] = await Promise.all([store.fetch('Three', [1]), store.search('Two', ALL)]);
  expect(throttled).toBeGreaterThan(1);
  expect(headersOf(three)).toContain('Three-0');
  expect(two).toEqual([1, 2]);
  const fetches = proxy.lines.flatMap((line, index) =>
    / UID FETCH /.test(line) ? [proxy.lines[index - 1] ?? ''] : [],
  );
  for (const before of fetches) expect(before).toMatch(/ SELECT Three$/);
});

it('waits in a large folder, where SELECT may take longer than an answer', { timeout: 60_000 }, async () => {
  const { store } = connection;
  const many = 5001;
  await store.createFolder('Many', { subscribe: false });
  const mails = Array.from({ length: many }, (_, index) => ({
    raw: letter({
      from: 'a@example.org',
      to: 'b@example.com',
      subject: 'Hello',
      messageId: `${index}@x.example`,
    }),
    flags: [],
  }));
  await store.append('Many', mails);
  expect(await store.count('Many', ALL)).toBe(many);
  const sent = (): readonly number[] => ['SELECT', 'NOOP'].map((verb) => connection.commands.get(verb) ?? 0);
  const [selects = 0, noops = 0] = sent();
  await nextTurn();
  const [uids, count, [second]] = await Promise.all([
    store.search('Many', ALL),
    store.count('Many', ALL),
    store.fetch('Many', [2]),
  ]);
  expect([uids.length, count, second?.uid]).toEqual([many, many, 2]);
  expect(sent()).toEqual([selects, noops + 3]);
  // One that has not selected the folder yet knows from its status how large it is.
  const fresh = await connect(meter.port);
  try {
    await fresh.store.statuses(['Many']);
    const both = await Promise.all([fresh.store.search('Many', ALL), fresh.store.count('Many', ALL)]);
    expect([both[0].length, both[1], fresh.commands.get('SELECT')]).toEqual([many, many, 1]);
  } finally {
    await fresh.close();
  }
});
