/** The words that a mailbox gives, on each kind of server, are those of the same message at hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import { trueStructure } from '../../src/message/body/true-structure.js';
import { readMessage, type Words } from '../../src/message/body/words.js';
import { readStoredWords } from '../../src/worker/sight/asked-parts.js';
import { chosenServers } from '../servers/start.js';
import { startWorld, type TestWorld } from './world.js';

const CORPUS = new URL('../corpus/words/', import.meta.url);
const names = readdirSync(CORPUS).filter((name) => name.endsWith('.eml'));
const LIMITS = { steps: [32_768, 524_288, 4_194_304], enough: 4_000 };

async function wordsIn({ store }: ImapConnection, uid: number): Promise<Words | null> {
  const [message] = await store.fetch('INBOX', [uid], { structure: true });
  if (message === undefined) return null;
  const read = { messages: [{ uid, structure: trueStructure(message) }], limits: LIMITS };
  return (await readStoredWords(store, 'INBOX', read)).get(uid) ?? null;
}

/** File names and sizes are as the server tells them. */
function told({ text, cut, notes, attachments }: Words): unknown {
  return { text, cut, notes, attachments: attachments.map(({ type }) => type) };
}

for (const { name, kind, missing } of await chosenServers(['maildir', 'cyrus', 'courier'])) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let world: TestWorld;
    let connection: ImapConnection;

    beforeAll(async () => {
      world = await startWorld({ kind });
      const { user, password } = world.accounts.support;
      const { host, port } = world.imap;
      connection = await connectStore({ host, port, security: 'none', user, password });
    });
    afterAll(async () => {
      await connection.close();
      await world.stop();
    });

    it.each(names)('of %s', async (file) => {
      const raw = Buffer.from(
        readFileSync(new URL(file, CORPUS), 'latin1').replace(/\r?\n/g, '\r\n'),
        'latin1',
      );
      const uid = await appendOne(connection.store, 'INBOX', { raw, flags: [] }).catch(() => null);
      // Cyrus refuses what is malformed.
      if (uid === null && !world.traits.takesMalformed) return;
      const words = await wordsIn(connection, uid ?? 0);
      expect(words === null ? null : told(words)).toEqual(told(await readMessage(raw)));
    });
  });
}
