/** The MailStore port on a real Dovecot: with each mailbox format, delimiter and set of capabilities that matters. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld, WorldOptions } from '../../src/demo/world.js';
import { appendOne } from '../../src/mailbox/append-one.js';
import { connectStore, type ImapConnection, type ImapOptions } from '../../src/mailbox/imap/connection.js';
import { letter } from '../model/sample-mail.js';
import { storeContract } from '../model/store-contract.js';
import { type ImapProxy, type ProxyRules, startProxy } from './imap-proxy.js';
import { startWorld } from './world.js';

interface Kind {
  readonly name: string;
  readonly options: WorldOptions;
  readonly rules?: ProxyRules;
  readonly tellsMovedUids: boolean;
}

/** Dovecot still tells new UIDs when UIDPLUS is hidden; a server without it does not. */
const TELLS_NO_UIDS: ProxyRules = { rewrite: (line) => line.replace(/\[(COPYUID|APPENDUID) [^\]]*\] /, '') };

const KINDS: readonly Kind[] = [
  { name: 'maildir with /', options: {}, tellsMovedUids: true },
  { name: 'sdbox', options: { format: 'sdbox' }, tellsMovedUids: true },
  { name: 'maildir++ with INBOX.', options: { layout: 'maildir++', prefix: 'INBOX.' }, tellsMovedUids: true },
  { name: 'without MOVE', options: { hiddenCapabilities: ['MOVE'] }, tellsMovedUids: true },
  {
    name: 'without UIDPLUS',
    options: { hiddenCapabilities: ['UIDPLUS'] },
    rules: TELLS_NO_UIDS,
    tellsMovedUids: false,
  },
  {
    name: 'without MOVE, UIDPLUS, IDLE',
    options: { hiddenCapabilities: ['MOVE', 'UIDPLUS', 'IDLE'] },
    rules: TELLS_NO_UIDS,
    tellsMovedUids: false,
  },
];

const ALL = { and: [] };

for (const kind of KINDS) {
  describe(kind.name, () => {
    let world: MailWorld;
    let proxy: ImapProxy;
    let connections: ImapConnection[] = [];

    const open = async (options: Partial<ImapOptions> = {}): Promise<ImapConnection> => {
      const { user, password } = world.accounts.support;
      const where = { host: '127.0.0.1', port: proxy.port, security: 'none', user, password } as const;
      const connection = await connectStore({ ...where, ...options });
      connections.push(connection);
      return connection;
    };

    beforeAll(async () => {
      world = await startWorld(kind.options);
      proxy = await startProxy(world.imap.port, kind.rules);
    });

    afterAll(async () => {
      await proxy.close();
      await world.stop();
    });

    afterEach(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      connections = [];
    });

    storeContract(kind.name, async () => ({
      store: (await open()).store,
      other: (await open()).store,
      tellsMovedUids: kind.tellsMovedUids,
    }));

    it('moves identical messages, each once, and keeps what others marked \\Deleted', async () => {
      const { store } = await open();
      const { store: other } = await open();
      await store.createFolder('Twins/From', { subscribe: false });
      await store.createFolder('Twins/To', { subscribe: false });
      const raw = letter({
        from: 'a@example.org',
        to: 'b@example.com',
        subject: 'Twin',
        messageId: 'twin@x.example',
      });
      const uids: number[] = [];
      for (let copy = 0; copy < 4; copy++)
        uids.push(await appendOne(store, 'Twins/From', { raw, flags: [] }));
      expect(new Set(uids).size).toBe(4);
      const [first = 0, second = 0, third = 0] = uids;
      await other.setFlags('Twins/From', [third], { add: ['\\Deleted'] });
      const moved = await store.move('Twins/From', [first, second], 'Twins/To');
      expect([...moved.keys()]).toEqual([first, second]);
      expect(await other.search('Twins/From', ALL)).toEqual(uids.slice(3));
      expect(await other.search('Twins/To', ALL)).toHaveLength(2);
      await other.setFlags('Twins/From', [third], { remove: ['\\Deleted'] });
      expect(await store.search('Twins/From', ALL)).toEqual(uids.slice(2));
    });

    it('finds a folder however its name is written', async () => {
      const [plain, odd] = ['Names/Plain', 'Names/R&D "Zürich" 100%*\\ 日本'];
      const { store, delimiter } = await open();
      for (const folder of [plain, odd]) {
        await store.createFolder(folder, { subscribe: true });
        const raw = letter({ from: 'a@x.example', to: 'b@x.example', subject: folder, messageId: 'n@x' });
        await store.append(folder, [{ raw, flags: [] }]);
        expect(await store.search(folder, ALL)).toHaveLength(1);
      }
      expect(await store.folders()).toEqual(expect.arrayContaining(['INBOX', plain, odd]));
      const moved = await store.move(odd, await store.search(odd, ALL), plain);
      expect(moved.size).toBe(1);
      expect(await store.search('inbox', ALL)).toEqual(await store.search('INBOX', ALL));
      const written = plain.replaceAll('/', delimiter);
      const spellings =
        kind.options.prefix === undefined ? [written] : [written, `INBOX.${written}`, `INBOX/${plain}`];
      for (const spelling of spellings) {
        expect(await store.search(spelling, ALL)).toHaveLength(2);
        const spelled = await open({ folders: [spelling] });
        expect(await spelled.store.folders()).toContain(spelling);
      }
    });
  });
}
