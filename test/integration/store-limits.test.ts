/** The MailStore on a real server with much mail, odd mail, and a server that answers oddly. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import type { Query } from '../../src/mailbox/store.js';
import { letter } from '../model/sample-mail.js';
import { type ImapProxy, type ProxyRules, startProxy } from './imap-proxy.js';
import { startWorld, type TestWorld } from './world.js';

const ALL = { and: [] };
const MANY = 1000;

let world: TestWorld;
let connections: ImapConnection[] = [];
let proxies: ImapProxy[] = [];
let warnings: string[] = [];

function warn(text: string): void {
  warnings.push(text);
}

/** A server line as one without these two extensions would send it. */
function withoutMove(line: string): string {
  return line.replaceAll(/ (MOVE|UIDPLUS)\b/g, '');
}

async function open(rules: ProxyRules | null = null): Promise<ImapConnection> {
  const { user, password } = world.accounts.support;
  const proxy = rules === null ? null : await startProxy(world.imap.port, rules);
  if (proxy !== null) proxies.push(proxy);
  const port = proxy?.port ?? world.imap.port;
  const connection = await connectStore({ host: '127.0.0.1', port, security: 'none', user, password, warn });
  connections.push(connection);
  return connection;
}

function plain(subject: string): Buffer {
  return letter({ from: 'a@example.org', to: 'b@example.com', subject, messageId: `${subject}@x.example` });
}

/** A folder of its own with these messages, and their UIDs. */
async function folderWith(
  connection: ImapConnection,
  folder: string,
  messages: readonly Buffer[],
): Promise<number[]> {
  await connection.store.createFolder(folder, { subscribe: false });
  const uids: number[] = [];
  for (const raw of messages) uids.push(await appendOne(connection.store, folder, { raw, flags: [] }));
  return uids;
}

/** How many commands `work` has sent, by verb. */
async function counted(
  connection: ImapConnection,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = new Map(connection.commands);
  await work();
  const spent = [...connection.commands].map(
    ([verb, count]) => [verb, count - (before.get(verb) ?? 0)] as const,
  );
  return Object.fromEntries(spent.filter(([, count]) => count > 0));
}

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.stop();
});

afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  connections = [];
  proxies = [];
  warnings = [];
});

describe('much mail', () => {
  it('reads, flags, searches, moves and removes a thousand messages with a few commands', async () => {
    const connection = await open();
    const { store } = connection;
    const subjects = Array.from({ length: MANY }, (_, index) => `many-${index}`);
    const uids = await folderWith(connection, 'Many/From', subjects.map(plain));
    await store.createFolder('Many/To', { subscribe: false });
    // Every other one, so that no two are neighbours.
    const half = uids.filter((_, index) => index % 2 === 0);
    const reading = await counted(connection, async () => {
      const read = await store.fetch('Many/From', half, { structure: true });
      expect(read.map(({ uid }) => uid)).toEqual(half);
      expect((await store.flags('Many/From', uids)).size).toBe(MANY);
      expect((await store.fetchPart('Many/From', half, { path: '1', maxBytes: 4 })).size).toBe(MANY / 2);
    });
    expect(reading['UID FETCH']).toBeLessThanOrEqual(6);
    const ids: Query[] = subjects.map((subject) => ({
      header: 'Message-ID',
      contains: `<${subject}@x.example>`,
    }));
    const searching = await counted(connection, async () => {
      expect(await store.search('Many/From', { or: ids })).toEqual(uids);
      expect(await store.search('Many/From', { and: [{ or: ids }, { uids: half }] })).toEqual(half);
    });
    expect(searching['UID SEARCH']).toBeLessThanOrEqual(60);
    const changing = await counted(connection, async () => {
      await store.setFlags('Many/From', half, { add: ['\\Seen'] });
      expect((await store.move('Many/From', half, 'Many/To')).size).toBe(MANY / 2);
      await store.remove('Many/From', await store.search('Many/From', ALL));
    });
    expect(changing).toMatchObject(
      world.traits.move ? { 'UID MOVE': 1, 'UID EXPUNGE': 1 } : { 'UID COPY': 1, 'UID EXPUNGE': 2 },
    );
    expect(await store.search('Many/From', ALL)).toEqual([]);
    expect(await store.search('Many/To', { flag: '\\Seen', set: true })).toHaveLength(MANY / 2);
  });
});

const ODD: Readonly<Record<string, Buffer>> = {
  'raw 8-bit fields': Buffer.concat([
    Buffer.from('From: =?x?= '),
    Buffer.from([0xe9, 0xff, 0xc3, 0xa4]),
    Buffer.from('\r\nSubject: \xe4\xf6\r\n\r\nBody\r\n', 'latin1'),
  ]),
  'no header': Buffer.from('\r\nBody alone\r\n'),
  'no body': Buffer.from('Subject: x\r\nMessage-ID: <nobody@x>\r\n\r\n'),
  'a header without its empty line': Buffer.from('Subject: x\r\nTo: y@z.example\r\n'),
  'no final line end': Buffer.from('Subject: x\r\n\r\nNo end'),
  'odd lines': Buffer.from(
    'From MAILER Mon\r\nNot a field\r\nSubject : x\r\n  folded\r\n\t\r\n\r\n.\r\n..\r\n)\r\n{5}\r\n',
  ),
  'a megabyte of header': Buffer.from(
    `Subject: x\r\n${`X-Long: ${'y'.repeat(900)}\r\n`.repeat(1200)}\r\nBody\r\n`,
  ),
};

describe('odd mail', () => {
  it.each(Object.entries(ODD))('gives back every byte of a message with %s', async (name, raw) => {
    const { store } = await open();
    const before = await store.search('INBOX', ALL);
    const delivered = world.deliver('support', raw);
    if (name === 'odd lines' && !world.traits.takesMalformed) {
      await expect(delivered).rejects.toThrow('APPEND failed');
      return;
    }
    await delivered;
    const [uid = 0] = (await store.search('INBOX', ALL)).filter((each) => !before.includes(each));
    const [message] = await store.fetch('INBOX', [uid], { structure: true });
    const { delivery, keepsMissingLineEnd, keepsOpenHeader } = world.traits;
    const ends = raw.at(-1) === 10 || keepsMissingLineEnd || delivery === 'file';
    const kept = (await store.fetchSource('INBOX', [uid])).get(uid);
    expect(kept?.equals(ends ? raw : Buffer.concat([raw, Buffer.from('\r\n')]))).toBe(true);
    expect(message?.size).toBe(kept?.length);
    const end = raw.indexOf('\r\n\r\n');
    const header =
      raw.subarray(0, 2).toString() === '\r\n'
        ? raw.subarray(0, 2)
        : raw.subarray(0, end < 0 ? raw.length : end + 4);
    const lost = end < 0 && header.length === raw.length && raw.at(-1) === 10 && !keepsOpenHeader ? 1 : 0;
    expect(message?.header.equals(header.subarray(0, header.length - lost))).toBe(true);
  });

  it('keeps a header of its size and hash over a move', async () => {
    const connection = await open();
    const [uid = 0] = await folderWith(connection, 'Hash/From', [plain('hash')]);
    await connection.store.createFolder('Hash/To', { subscribe: false });
    const print = async (folder: string, each: number): Promise<string> => {
      const [message] = await connection.store.fetch(folder, [each]);
      return createHash('sha256')
        .update(message?.header ?? '')
        .update(String(message?.size))
        .digest('hex');
    };
    const before = await print('Hash/From', uid);
    const moved = await connection.store.move('Hash/From', [uid], 'Hash/To');
    expect(await print('Hash/To', moved.get(uid) ?? 0)).toBe(before);
  });

  it('numbers the parts inside an attached message', async () => {
    const connection = await open();
    const inner = 'Subject: inner\r\nContent-Type: text/plain\r\n\r\nInner text\r\n';
    const raw = Buffer.from(
      `Message-ID: <attached@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nOuter\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b\r\nContent-Type: text/plain; name*0*=utf-8''Stra%C3%9Fe; name*1*=.txt\r\nContent-Disposition: attachment\r\n\r\nFile\r\n--b--\r\n`,
    );
    const [uid = 0] = await folderWith(connection, 'Parts', [raw]);
    const [message] = await connection.store.fetch('Parts', [uid], { structure: true });
    const parts = message?.structure?.children ?? [];
    expect(parts.map(({ path, type }) => [path, type])).toEqual([
      ['1', 'text/plain'],
      ['2', 'message/rfc822'],
      ['3', 'text/plain'],
    ]);
    expect(parts[1]?.children.map(({ path }) => path)).toEqual(['2.1']);
    expect(parts[2]).toMatchObject({ disposition: 'attachment', fileName: 'Straße.txt' });
    const found = await connection.store.fetchPart('Parts', [uid], { path: '2.1', maxBytes: 100 });
    expect(found.get(uid)?.toString()).toBe(`Inner text\r\n${world.traits.endsParts ? '' : '\r'}`);
    const missing = await connection.store.fetchPart('Parts', [uid], { path: '9', maxBytes: 10 });
    expect(missing.get(uid)?.length ?? 0).toBe(0);
  });
});

describe('searching', () => {
  it('takes what is searched for by its letters', async () => {
    const connection = await open();
    const odd = 'quote " backslash \\ {3} (x) * % ]';
    const uids = await folderWith(connection, 'Letters', [
      plain('one'),
      letter({ from: 'a@x', to: 'b@x', subject: odd, messageId: 'q@x' }),
    ]);
    const found = async (contains: string): Promise<readonly number[]> =>
      await connection.store.search('Letters', { header: 'Subject', contains });
    expect(await found(odd)).toEqual(uids.slice(1));
    expect(await found('')).toEqual([]);
    expect(await found('é')).toEqual([]);
    expect(await found('x\r\nA1 LOGOUT')).toEqual([]);
    expect(await found('y'.repeat(5000))).toEqual([]);
    expect(
      await connection.store.search('Letters', { header: 'Subject\r\nA1 LOGOUT', contains: 'one' }),
    ).toEqual([]);
    const both: Query = {
      or: [
        { header: 'Subject', contains: 'é' },
        { header: 'Subject', contains: 'one' },
      ],
    };
    expect(await connection.store.search('Letters', both)).toEqual(uids.slice(0, 1));
    expect(await connection.store.search('Letters', { flag: 'no such keyword', set: true })).toEqual([]);
    expect(await connection.store.search('Letters', { flag: '$Never', set: false })).toEqual(uids);
    expect(await connection.store.search('Letters', { size: 0 })).toEqual([]);
  });
});

describe('a server that says in runs or in one number what it finds', () => {
  const withoutEsearch: ProxyRules = { rewrite: (line) => line.replaceAll(/ ESEARCH\b/g, '') };
  const [uids, missing]: [number[], Query] = [[], { header: 'Subject', contains: 'nobody wrote this' }];
  const search = { header: 'Subject', contains: 'run' };

  beforeAll(async () => {
    const subjects = Array.from({ length: 120 }, (_, index) => `run-${index}`);
    uids.push(...(await folderWith(await open(), 'Runs', subjects.map(plain))));
  });

  it('says the same with ESEARCH and without, and what grows is asked for in one number', async () => {
    const answers: string[] = [];
    const lengths = async (rules: ProxyRules): Promise<number[]> => {
      const told: number[] = [];
      const rewrite = (line: string): string => {
        if (/^\* E?SEARCH/.test(line)) told.push(line.length);
        return rules.rewrite?.(line) ?? line;
      };
      const { store } = await open({ rewrite });
      const said = [
        await store.search('Runs', search),
        await store.search('Runs', missing),
        await store.count('Runs', search),
        await store.count('Runs', missing),
      ];
      answers.push(JSON.stringify(said));
      return told;
    };
    const [short, long] = [await lengths({}), await lengths(withoutEsearch)];
    expect(answers).toEqual(Array.from({ length: 2 }, () => JSON.stringify([uids, [], uids.length, 0])));
    expect(long).toHaveLength(4);
    // Other servers have no ESEARCH: then both ask alike.
    if (!(await open()).capabilities.has('ESEARCH')) return;
    expect(short).toHaveLength(4);
    expect(Math.max(...short)).toBeLessThan(60);
    expect(long[2]).toBeGreaterThan(300);
  });

  it('is not believed where it names what cannot be, and asked once more where it does not say the number', async () => {
    const rewrite = (line: string): string =>
      line.replace(/^(\* ESEARCH .*) ALL .*\r\n$/, '$1 ALL 1:4294967295\r\n').replace(/ COUNT \d+/, '');
    const { store, capabilities } = await open({ rewrite });
    if (!capabilities.has('ESEARCH')) return;
    await expect(store.search('Runs', search)).rejects.toMatchObject({
      code: 'imap-failed',
      temporary: true,
    });
    await expect(store.count('Runs', search)).rejects.toMatchObject({ code: 'imap-failed' });
  });
});

describe('a server that answers oddly', () => {
  it('reads a message whose structure cannot be read, and all others', async () => {
    const writer = await open();
    const uids = await folderWith(writer, 'Broken', [plain('a'), plain('b'), plain('c')]);
    const bad = String(uids[1]);
    const rewrite = (line: string): string =>
      line.includes(`UID ${bad} `) ? line.replace('BODYSTRUCTURE (', 'BODYSTRUCTURE )') : line;
    const { store } = await open({ rewrite });
    const read = await store.fetch('Broken', uids, { structure: true });
    expect(read.map(({ uid, structure }) => [uid, structure === null])).toEqual(
      uids.map((uid, at) => [uid, at === 1]),
    );
  });

  it('halves a batch that is refused, and leaves alone the one message that cannot be read', async () => {
    const writer = await open();
    const uids = await folderWith(writer, 'Refused', ['a', 'b', 'c', 'd', 'e'].map(plain));
    const [first = 0, , , , last = 0] = uids;
    const answer = (line: string): string | null => {
      const [, tag, from, to] = /^(\S+) UID FETCH (\d+)(?::(\d+))? /.exec(line) ?? [];
      const bad = uids[2] ?? 0;
      const asked = Number(from) <= bad && Number(to ?? from) >= bad;
      return tag !== undefined && asked ? `${tag} NO [SERVERBUG] Internal error\r\n` : null;
    };
    const connection = await open({ answer });
    const spent = await counted(connection, async () => {
      const read = await connection.store.fetch('Refused', uids, { structure: true });
      expect(read.map(({ uid }) => uid)).toEqual([first, uids[1], uids[3], last]);
    });
    expect(spent['UID FETCH']).toBeLessThan(12);
    expect(warnings.length).toBeGreaterThan(0);
    expect(await connection.store.search('Refused', ALL)).toHaveLength(5);
  });

  it('is not misled by rows that nobody asked for', async () => {
    const writer = await open();
    const uids = await folderWith(writer, 'Rows', [plain('a'), plain('b')]);
    const noise = `* 1 FETCH (FLAGS (\\Flagged))\r\n* 2 FETCH (UID ${String(uids[1])} FLAGS (\\Seen))\r\n* 2 FETCH (UID 4242 FLAGS ())\r\n`;
    const { store } = await open({
      rewrite: (line) => (/OK Fetch completed/.test(line) ? noise + line : line),
    });
    expect((await store.fetch('Rows', uids.slice(0, 1))).map(({ uid }) => uid)).toEqual(uids.slice(0, 1));
    expect((await store.fetch('Rows', uids)).map(({ header }) => header.length)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    expect([...(await store.flags('Rows', [uids[0] ?? 0])).keys()]).toEqual(uids.slice(0, 1));
  });

  it('keeps the original where the copy was refused or cannot be found', async () => {
    const writer = await open();
    const uids = await folderWith(writer, 'Keep/From', [plain('a'), plain('b')]);
    await writer.store.createFolder('Keep/To', { subscribe: false });
    const refusing = await open({
      rewrite: withoutMove,
      answer: (line) => /^(\S+) UID COPY /.exec(line)?.[1]?.concat(' NO [OVERQUOTA] Full\r\n') ?? null,
    });
    await expect(refusing.store.move('Keep/From', uids, 'Keep/To')).rejects.toMatchObject({
      code: 'imap-refused',
    });
    const lying = await open({
      rewrite: withoutMove,
      answer: (line) => /^(\S+) UID COPY /.exec(line)?.[1]?.concat(' OK Done\r\n') ?? null,
    });
    await expect(lying.store.move('Keep/From', uids, 'Keep/To')).rejects.toMatchObject({
      code: 'imap-copy-unproven',
    });
    expect(await writer.store.search('Keep/From', ALL)).toEqual(uids);
    await expect(writer.store.move('Keep/From', uids, 'Keep/Nowhere')).rejects.toMatchObject({
      code: 'imap-folder-missing',
      temporary: false,
      exitCode: 78,
    });
    expect(await writer.store.search('Keep/From', ALL)).toEqual(uids);
  });
});
