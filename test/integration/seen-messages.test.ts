/**
 * Work on messages that a session has been shown needs no NOOP before it; on any other it does, since a STORE on what a
 * session was not shown is an OK that did nothing. What others have taken away meanwhile is gone, and hinders nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import type { MailStore } from '../../src/mailbox/store.js';
import { letter } from '../model/sample-mail.js';
import { chosenServers } from '../servers/start.js';
import { startWorld, type TestWorld } from './world.js';

const ALL = { and: [] };

function mails(...names: readonly string[]) {
  return names.map((subject) => ({
    raw: letter({ from: 'a@x.example', to: 'b@x.example', subject, messageId: `${subject}@x.example` }),
    flags: [],
  }));
}

for (const { kind, name, missing } of await chosenServers([
  'maildir',
  'sdbox',
  'mdbox',
  'cyrus',
  'courier',
])) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let world: TestWorld;
    let connection: ImapConnection;
    let store: MailStore;
    let other: MailStore;
    let connections: readonly ImapConnection[] = [];
    let here = '';
    let there = '';
    let rounds = 0;
    let uids: readonly number[] = [];

    beforeAll(async () => {
      world = await startWorld({ kind });
    });
    afterAll(async () => {
      await world.stop();
    });

    /** Three messages, which the session has been shown. */
    beforeEach(async () => {
      const { user, password } = world.accounts.support;
      const where = { host: '127.0.0.1', port: world.imap.port, security: 'none', user, password } as const;
      connections = [await connectStore(where), await connectStore(where)];
      const [one, two] = connections;
      if (one === undefined || two === undefined) throw new Error('not connected');
      [connection, store, other] = [one, one.store, two.store];
      rounds += 1;
      [here, there] = [`Seen/Here${rounds}`, `Seen/There${rounds}`];
      for (const folder of [here, there]) await store.createFolder(folder, { subscribe: false });
      await other.append(here, mails('one', 'two', 'three'));
      uids = await store.search(here, ALL);
      expect(uids).toHaveLength(3);
    });
    afterEach(async () => {
      await Promise.all(connections.map((each) => each.close()));
    });

    /** How often news was asked for: NOOP and SELECT bring it. */
    const asked = async (work: () => Promise<unknown>): Promise<number> => {
      const sent = (): number =>
        (connection.commands.get('NOOP') ?? 0) + (connection.commands.get('SELECT') ?? 0);
      const before = sent();
      await work();
      return sent() - before;
    };
    const flagged = async (folder: string): Promise<readonly number[]> =>
      await other.search(folder, { flag: '\\Flagged', set: true });

    it('what is read in one turn is one look, and whatever happens after it shows in the next', async () => {
      await nextTurn();
      const before = new Map(connection.commands);
      const sent = (verb: string): number => (connection.commands.get(verb) ?? 0) - (before.get(verb) ?? 0);
      const found = await store.search(here, ALL);
      const [first = 0] = found;
      await store.fetch(here, found);
      await store.flags(here, found);
      expect(sent('SELECT') + sent('NOOP')).toBe(1);
      const again = await store.search(here, ALL);
      await other.setFlags(here, [first], { add: ['\\Flagged'] });
      const [message] = await store.fetch(here, again);
      expect(message?.flags).toContain('\\Flagged');
      await store.search(here, ALL);
      await other.append(here, mails('four'));
      expect(await store.search(here, ALL)).toHaveLength(4);
    });

    it('asks for no news before work on messages that it was shown, and before every look', async () => {
      expect(
        await asked(async () => {
          await store.setFlags(here, uids, { add: ['\\Flagged'] });
          expect((await store.fetchSource(here, uids)).size).toBe(3);
          expect((await store.fetchPart(here, uids, { path: '1', maxBytes: 4 })).size).toBe(3);
        }),
      ).toBe(0);
      expect(await flagged(here)).toEqual(uids);
      for (const look of [
        () => store.search(here, ALL),
        () => store.fetch(here, uids),
        () => store.flags(here, uids),
      ]) {
        await nextTurn();
        expect(await asked(look)).toBe(1);
      }
      // Whether the server tells what it moves has to be seen first.
      expect((await store.move(here, uids.slice(0, 1), there)).size).toBe(1);
      const moving = await asked(async () => {
        expect((await store.move(here, uids.slice(1), there)).size).toBe(2);
      });
      if (world.traits.move) expect(moving).toBe(0);
    });

    it('does what it is told to messages that another session has stored since', async () => {
      const [first = 0, second = 0, third = 0] = await other.append(here, mails('four', 'five', 'six'));
      await store.setFlags(here, [first], { add: ['\\Flagged'] });
      expect(await flagged(here)).toEqual([first]);
      const later = await other.append(here, mails('seven'));
      expect((await store.fetchSource(here, later)).size).toBe(1);
      await store.remove(here, [second]);
      const last = await other.append(here, mails('eight'));
      expect([...(await store.move(here, [third, ...last], there)).keys()]).toEqual([third, ...last]);
      const copied = await other.append(here, mails('nine'));
      await store.copy(here, copied, there);
      expect(await other.search(here, ALL)).toEqual([...uids, first, ...later, ...copied]);
      expect(await other.search(there, ALL)).toHaveLength(3);
    });

    it('does what it is told to messages that it has just stored itself', async () => {
      for (const work of ['flag', 'move', 'remove', 'copy'] as const) {
        const [uid = 0] = await store.append(here, mails(work));
        if (work === 'flag') await store.setFlags(here, [uid], { add: ['\\Flagged'] });
        if (work === 'move') expect((await store.move(here, [uid], there)).size).toBe(1);
        if (work === 'remove') await store.remove(here, [uid]);
        if (work === 'copy') await store.copy(here, [uid], there);
        expect((await flagged(here)).includes(uid)).toBe(work === 'flag');
        expect((await other.search(here, ALL)).includes(uid)).toBe(work === 'flag' || work === 'copy');
      }
      expect(await other.search(there, ALL)).toHaveLength(2);
    });

    it.each(['remove', 'move'] as const)('leaves out what another session took away: %s', async (way) => {
      const [first = 0, second = 0, third = 0] = uids;
      const take = async (uid: number): Promise<unknown> =>
        way === 'remove' ? await other.remove(here, [uid]) : await other.move(here, [uid], 'INBOX');
      await take(second);
      await store.setFlags(here, uids, { add: ['\\Flagged'] });
      expect(await flagged(here)).toEqual([first, third]);
      const more = await other.append(here, mails('four', 'five'));
      await store.search(here, ALL);
      await take(more[0] ?? 0);
      await store.copy(here, [first, ...more], there);
      expect(await other.search(there, ALL)).toHaveLength(2);
      const [fourth = 0, fifth = 0, sixth = 0] = await other.append(here, mails('six', 'seven', 'eight'));
      await store.search(here, ALL);
      await take(third);
      expect([...(await store.move(here, [first, third, fourth], there)).keys()]).toEqual([first, fourth]);
      await store.search(here, ALL);
      await take(fifth);
      // By now it is known that the server tells what it moves there, if it does.
      expect([...(await store.move(here, [fifth, sixth], there)).keys()]).toEqual([sixth]);
      expect(await other.search(here, ALL)).toEqual(more.slice(1));
      expect(await other.search(there, ALL)).toHaveLength(5);
      await take(more[1] ?? 0);
      expect((await store.move(here, more, there)).size).toBe(0);
      await store.remove(here, more);
      expect(await other.search(there, ALL)).toHaveLength(5);
    });
  });
}
