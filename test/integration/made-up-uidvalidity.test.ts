/**
 * A folder that no session has selected yet. Courier makes up a UIDVALIDITY at each STATUS of it, after the clock, and
 * keeps none before it is selected; the other servers keep what they have told. What a desk writes down of its inbox has
 * to be the one that is kept.
 */
import { describe, expect, it } from 'vitest';
import { connectStore } from '../../src/mailbox/imap/connection.js';
import { rememberingStore, StoreMemory } from '../../src/mailbox/remembering.js';
import type { MailStore } from '../../src/mailbox/store.js';
import { chosenServers } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import { startWorld, type TestWorld, until } from './world.js';

async function withStore<T>(world: TestWorld, work: (store: MailStore) => Promise<T>): Promise<T> {
  const { user, password } = world.accounts.support;
  const { host, port } = world.imap;
  const warn = (): void => undefined;
  const connection = await connectStore({ host, port, security: 'none', user, password, warn });
  try {
    return await work(connection.store);
  } finally {
    await connection.close();
  }
}

function nextSecond(): Promise<true> {
  const second = Math.floor(Date.now() / 1000);
  return until('another second', () => Promise.resolve(Math.floor(Date.now() / 1000) > second ? true : null));
}

for (const { kind, name, missing } of await chosenServers(['maildir', 'cyrus', 'courier'], ALL_SERVERS)) {
  describe.skipIf(missing !== '')(`an inbox on ${name} that nobody has selected`, () => {
    for (const mail of [0, 2])
      it(`of ${mail} messages is known by the UIDVALIDITY that is kept, whatever was told before`, async () => {
        const world = await startWorld({ kind });
        try {
          for (let index = 0; index < mail; index += 1)
            await world.deliver('support', Buffer.from(`Subject: mail ${index}\r\n\r\nHello.\r\n`));
          const known = await withStore(world, async (plain) => {
            const store = rememberingStore(plain, { memory: new StoreMemory([]), elapsed: () => 0 });
            await store.statuses(['INBOX']);
            await nextSecond();
            return await store.state('INBOX');
          });
          await nextSecond();
          expect(known).toMatchObject({ uidNext: mail + 1 });
          await withStore(world, async (store) => {
            const { uidValidity, uidNext } = await store.state('INBOX');
            expect(known).toMatchObject({ uidValidity, uidNext });
          });
        } finally {
          await world.stop();
        }
      });
  });
}
