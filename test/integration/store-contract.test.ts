/** The contract of the MailStore port on a server that has MOVE but not UIDPLUS, so that it need not tell new UIDs. */
import { afterAll, beforeAll } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import { storeContract } from '../model/store-contract.js';
import { startWorld } from './world.js';

let world: MailWorld;
let connections: readonly ImapConnection[] = [];

beforeAll(async () => {
  world = await startWorld({ hiddenCapabilities: ['UIDPLUS'] });
  const { user, password } = world.accounts.support;
  const { host, port } = world.imap;
  const options = { host, port, security: 'none', user, password } as const;
  connections = [await connectStore(options), await connectStore(options)];
});

afterAll(async () => {
  await Promise.all(connections.map((each) => each.close()));
  await world.stop();
});

storeContract('Dovecot, MOVE without UIDPLUS', () => {
  const [one, two] = connections;
  if (one === undefined || two === undefined) throw new Error('not connected');
  return Promise.resolve({ store: one.store, other: two.store, tellsMovedUids: false });
});
