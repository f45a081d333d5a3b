/**
 * Storing many messages on real servers: with MULTIAPPEND in one command, without it one by one, and what is made of
 * a batch that is refused, in part or as a whole.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MAX_MESSAGES_PER_APPEND } from '../../src/mailbox/append-batches.js';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import type { NewMessage } from '../../src/mailbox/store.js';
import { field } from '../model/message-text.js';
import { letter } from '../model/sample-mail.js';
import { chosenServers } from '../servers/start.js';
import { type AppendProxy, type Judge, startAppendProxy } from './append-proxy.js';
import { type ProxyRules, startProxy } from './imap-proxy.js';
import { startWorld, type TestWorld } from './world.js';

const ALL = { and: [] };
const NO_UIDS: ProxyRules = { rewrite: (line) => line.replace(/\[APPENDUID [^\]]*\] /, '') };

interface Judged {
  readonly connection: ImapConnection;
  readonly where: string;
  readonly appends: AppendProxy['appends'];
}

function mail(name: string, { text = '', lineEnd = '\r\n' } = {}): NewMessage {
  const raw = letter({
    from: 'a@x.example',
    to: 'b@x.example',
    subject: name,
    messageId: `${name}@x.example`,
  });
  const all = Buffer.concat([raw, Buffer.from(text)]).toString('latin1');
  return { raw: Buffer.from(all.replaceAll('\r\n', lineEnd), 'latin1'), flags: ['\\Seen'] };
}

function mails(count: number, name: string): readonly NewMessage[] {
  return Array.from({ length: count }, (_, index) => mail(`${name}-${index}`));
}

for (const { kind, name, missing } of await chosenServers(['maildir', 'sdbox', 'cyrus', 'courier'])) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let world: TestWorld;
    let connections: ImapConnection[] = [];
    let proxies: { close(): Promise<void> }[] = [];
    let folders = 0;

    beforeAll(async () => {
      world = await startWorld({ kind });
    });
    afterAll(async () => {
      await world.stop();
    });
    afterEach(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await Promise.all(proxies.map((proxy) => proxy.close()));
      [connections, proxies] = [[], []];
    });

    const openAt = async (port: number): Promise<ImapConnection> => {
      const { user, password } = world.accounts.support;
      const connection = await connectStore({ host: '127.0.0.1', port, security: 'none', user, password });
      connections.push(connection);
      return connection;
    };
    const open = async (rules: ProxyRules | null = null): Promise<ImapConnection> => {
      const proxy = rules === null ? null : await startProxy(world.imap.port, rules);
      if (proxy !== null) proxies.push(proxy);
      return await openAt(proxy?.port ?? world.imap.port);
    };
    const folder = async ({ store }: ImapConnection): Promise<string> => {
      folders += 1;
      await store.createFolder(`Many/In${folders}`, { subscribe: false });
      return `Many/In${folders}`;
    };
    const subjects = async ({ store }: ImapConnection, where: string): Promise<readonly unknown[]> => {
      const uids = await store.search(where, ALL);
      return (await store.fetch(where, uids)).map(({ header }) => field(header, 'Subject'));
    };

    /** A connection on which APPEND is answered so, and an empty folder. */
    const judged = async (judge: Judge): Promise<Judged> => {
      const where = await folder(await open());
      const proxy = await startAppendProxy(world.imap.port, judge);
      proxies.push(proxy);
      return { connection: await openAt(proxy.port), where, appends: proxy.appends };
    };

    it('stores fifty in as few commands as the server lets it, each as it is', async () => {
      const [connection, other] = [await open(), await open()];
      const where = await folder(connection);
      const messages = [
        ...mails(48, 'fifty'),
        mail('long', { text: 'A line of text.\r\n'.repeat(1000) }),
        { ...mail('plain'), flags: [] },
      ];
      const uids = await connection.store.append(where, messages);
      const takesMany = connection.capabilities.has('MULTIAPPEND');
      expect(takesMany).toBe(kind !== 'courier');
      expect(connection.commands.get('APPEND')).toBe(takesMany ? 1 : 50);
      expect([connection.commands.get('NOOP'), connection.commands.get('UID SEARCH')]).toEqual([
        undefined,
        undefined,
      ]);
      expect(await other.store.search(where, ALL)).toEqual(uids);
      const stored = await other.store.fetchSource(where, uids);
      expect([...stored.values()]).toEqual(messages.map(({ raw }) => raw));
      expect(await other.store.search(where, { flag: '\\Seen', set: false })).toEqual(uids.slice(-1));
    });

    it('cuts more than that into several commands', async () => {
      const connection = await open();
      const where = await folder(connection);
      const uids = await connection.store.append(where, mails(MAX_MESSAGES_PER_APPEND + 1, 'more'));
      expect(await connection.store.search(where, ALL)).toEqual(uids);
      const takesMany = connection.capabilities.has('MULTIAPPEND');
      expect(connection.commands.get('APPEND')).toBe(takesMany ? 2 : MAX_MESSAGES_PER_APPEND + 1);
    });

    it('finds them where the server does not tell their UIDs, also those with one Message-ID', async () => {
      const [connection, other] = [await open(NO_UIDS), await open()];
      const where = await folder(connection);
      const [one, two] = [mail('one'), mail('two')];
      const before = await other.store.append(where, [one, two]);
      const uids = await connection.store.append(where, [two, one, mail('three'), two]);
      expect(uids).toHaveLength(4);
      expect(await other.store.search(where, ALL)).toEqual([...before, ...uids]);
      expect(await subjects(other, where)).toEqual(['one', 'two', 'two', 'one', 'three', 'two']);
    });

    it('counts the messages of the selected folder on, and works on them at once', async () => {
      const connection = await open();
      const { store } = connection;
      const [where, there] = [await folder(connection), await folder(connection)];
      await store.search(where, ALL);
      const uids = await store.append(where, mails(3, 'selected'));
      await store.setFlags(where, uids.slice(0, 2), { add: ['\\Flagged'] });
      expect([...(await store.move(where, uids.slice(1), there)).keys()]).toEqual(uids.slice(1));
      const [more = 0] = await store.append(where, mails(1, 'more'));
      expect((await store.fetchSource(where, [more])).size).toBe(1);
      expect(await store.search(where, ALL)).toEqual([uids[0], more]);
      const other = await open();
      expect(await other.store.search(where, { flag: '\\Flagged', set: true })).toEqual(uids.slice(0, 1));
      expect(await other.store.search(there, { flag: '\\Flagged', set: true })).toHaveLength(1);
      expect(await other.store.search(there, ALL)).toHaveLength(2);
    });

    /** Where the server takes several at once. */
    const batched = it.skipIf(kind === 'courier');

    batched.each(['NO not now', 'NO [SERVERBUG] not now', 'BAD what?', 'NO [TOOBIG] too much'])(
      'stores each alone where several are refused, and none of them is there: %s',
      async (say) => {
        const { connection, where, appends } = await judged((some) => (some.length > 1 ? { say } : null));
        const uids = await connection.store.append(where, mails(3, 'alone'));
        expect(uids).toHaveLength(3);
        expect(await subjects(connection, where)).toEqual(['alone-0', 'alone-1', 'alone-2']);
        // Who refuses several and takes each is not asked to take several again.
        await connection.store.append(where, mails(2, 'later'));
        expect(appends).toEqual([3, 1, 1, 1, 1, 1]);
      },
    );

    batched('keeps what comes before the one that is refused, and goes on in batches', async () => {
      const { connection, where, appends } = await judged((some) =>
        some.some((raw) => raw.includes('Subject: bad')) ? { say: 'NO I do not like it' } : null,
      );
      const refused = connection.store.append(where, [...mails(2, 'good'), mail('bad'), mail('last')]);
      await expect(refused).rejects.toMatchObject({ code: 'imap-refused', explained: false });
      expect(await subjects(connection, where)).toEqual(['good-0', 'good-1']);
      await connection.store.append(where, mails(2, 'later'));
      expect(appends).toEqual([4, 1, 1, 1, 2]);
    });

    batched.each([
      ['the first of them were stored', 2, ['part-0', 'part-1']],
      ['all of them were stored', 3, ['part-0', 'part-1', 'part-2']],
    ])('stores nothing again after a refusal where %s', async (_, store, expected) => {
      const { connection, where, appends } = await judged(() => ({ say: 'NO not now', store }));
      const refused = connection.store.append(where, mails(3, 'part'));
      await expect(refused).rejects.toMatchObject({ code: 'imap-refused', temporary: true });
      expect(appends).toEqual([3]);
      expect(await subjects(await open(), where)).toEqual(expected);
    });

    batched('tries none alone where the reason is not about one of them, or nobody could tell', async () => {
      const full = await judged(() => ({ say: 'NO [OVERQUOTA] full' }));
      await expect(full.connection.store.append(full.where, mails(3, 'full'))).rejects.toMatchObject({
        code: 'imap-refused',
        scope: 'account',
      });
      expect(full.appends).toEqual([3]);
      const odd = await judged(() => ({ say: 'NO not now' }));
      const nameless = { raw: Buffer.from('Subject: x\r\n\r\nx\r\n'), flags: [] };
      const refused = odd.connection.store.append(odd.where, [...mails(2, 'odd'), nameless]);
      await expect(refused).rejects.toMatchObject({ code: 'imap-refused' });
      expect(odd.appends).toEqual([3]);
    });

    it.runIf(kind === 'cyrus')('says which message the server itself refuses', async () => {
      const connection = await open();
      const where = await folder(connection);
      const bare = mail('bare', { lineEnd: '\n' });
      const refused = connection.store.append(where, [...mails(2, 'good'), bare, mail('last')]);
      await expect(refused).rejects.toMatchObject({ code: 'imap-refused', explained: false });
      expect(await subjects(connection, where)).toEqual(['good-0', 'good-1']);
      expect(connection.commands.get('APPEND')).toBe(4);
    });
  });
}
