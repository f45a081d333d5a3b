/** The contract of the MailStore port on each kind of server. */
import { afterAll, beforeAll, describe } from 'vitest';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import { type ContractWorld, storeContract } from '../model/store-contract.js';
import { chosenServers } from '../servers/start.js';
import { type ServedOptions, startWorld } from './world.js';

interface On {
  readonly name: string;
  readonly options: ServedOptions;
  readonly told: Omit<ContractWorld, 'store' | 'other'>;
  readonly missing: string;
}

// store.test.ts runs it on Dovecot with other formats, delimiters and capabilities.
const servers = await chosenServers(['mdbox', 'cyrus', 'courier']);
const on: readonly On[] = [
  {
    name: 'Dovecot, MOVE without UIDPLUS',
    options: { hiddenCapabilities: ['UIDPLUS'] },
    told: { tellsMovedUids: false },
    missing: '',
  },
  ...servers.map(({ name, kind, missing, ...traits }) => ({
    name,
    options: { kind },
    told: { ...traits, tellsMovedUids: traits.uidplus },
    missing,
  })),
];

for (const { name, options, told, missing } of on) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let stop: () => Promise<void>;
    let connections: readonly ImapConnection[] = [];

    beforeAll(async () => {
      const world = await startWorld(options);
      stop = () => world.stop();
      const { user, password } = world.accounts.support;
      const { host, port } = world.imap;
      const where = { host, port, security: 'none', user, password } as const;
      connections = [await connectStore(where), await connectStore(where)];
    });

    afterAll(async () => {
      await Promise.all(connections.map((each) => each.close()));
      await stop();
    });

    storeContract(name, () => {
      const [one, two] = connections;
      if (one === undefined || two === undefined) throw new Error('not connected');
      return Promise.resolve({ store: one.store, other: two.store, ...told });
    });
  });
}
