/**
 * How far the desk goes on GNU imap4d 3.15, whose mbox files hold its own notes in the messages' headers. A message
 * that is copied or flagged has other bytes then, which the desk takes for another message: it files nothing there.
 * What it must not do is lose any.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type ImapConnection } from '../../src/mailbox/imap/connection.js';
import { letter } from '../model/sample-mail.js';
import { storeContract } from '../model/store-contract.js';
import { chosenServers } from '../servers/start.js';
import { SERVERS } from '../servers/table.js';
import {
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  withImap,
  writeConfig,
} from './world.js';

const BROKEN = {
  'gives back header, size, arrival and every byte, and marks nothing seen':
    'the header has X-IMAPbase, X-UID and Status',
  'appends many in the order given, each read only when its turn comes': 'other bytes are read back',
  'leaves what was appended before one that cannot be': 'other bytes are read back',
  'gives whole messages, and leaves out what is gone': 'other bytes are read back',
  'appends mail of others without a Message-ID': 'other bytes are read back',
  'gives an attached message from its header on, as the part that it is': 'NO to a part of a message',
  'shows at once what another session did': 'flags that another session sets are not seen',
  'names of a run with gaps only what is there, and counts it':
    'flags that another session sets are not seen',
  'counts what a search finds, each message once, and shows at once what another session did':
    'flags of an append are not stored',
  'takes a message with \\Deleted for nowhere': 'flags that another session sets are not seen',
  'removes what it is told, and nothing that others marked \\Deleted':
    'flags that another session sets are not seen',
  'copies messages with their flags, and leaves them where they are':
    'a copy of a UID that is not there copies another message',
  'moves with flags, bytes and arrival, and tells what has moved': 'a copy has other bytes',
  'does not tell of a move what was gone': 'a copy of a UID that is not there copies another message',
  'tells how several folders stand, as they are now, and leaves out those that are not there':
    'NO to the STATUS of a folder without mail',
  'tells which flags have changed since a look, in folders with mod-sequences':
    'an append into an empty folder is lost',
};

const [server] = await chosenServers(['imap4d']);

describe.skipIf(server === undefined || server.missing !== '')('on GNU imap4d', () => {
  let world: TestWorld;
  let connections: readonly ImapConnection[] = [];

  beforeAll(async () => {
    world = await startWorld({ kind: 'imap4d' });
    const { user, password } = world.accounts.ann;
    const where = { host: world.imap.host, port: world.imap.port, security: 'none', user, password } as const;
    connections = [await connectStore(where), await connectStore(where)];
  });

  afterAll(async () => {
    await Promise.all(connections.map((each) => each.close()));
    await world.stop();
  });

  const mail = (subject: string): Buffer =>
    letter({
      from: 'jane@example.com',
      to: 'support@example.com',
      subject,
      messageId: `${subject}@x.example`,
    });

  storeContract(
    'GNU imap4d',
    () => {
      const [one, two] = connections;
      if (one === undefined || two === undefined) throw new Error('not connected');
      const { searchCountsAlike } = SERVERS.imap4d;
      return Promise.resolve({
        store: one.store,
        other: two.store,
        tellsMovedUids: false,
        searchCountsAlike,
      });
    },
    BROKEN,
  );

  it('the server says OK to what it loses: the second append and later ones into an empty INBOX that is selected', async () => {
    const said = await withImap(world, 'taro', async (client) => {
      await client.mailboxOpen('INBOX');
      const answers: unknown[] = [];
      for (const subject of ['one', 'two', 'three'])
        answers.push(await client.append('INBOX', mail(subject)));
      return answers;
    });
    expect(said).toEqual([expect.anything(), expect.anything(), expect.anything()]);
    expect((await readFolder(world, 'taro', 'INBOX')).length).toBeLessThan(3);
  });

  it('the server refuses a message with a keyword', async () => {
    await withImap(world, 'taro', async (client) => {
      await expect(client.append('INBOX', mail('keyword'), ['mine'])).rejects.toMatchObject({
        responseStatus: 'BAD',
      });
    });
  });

  it('the desk takes on an empty mailbox, files nothing, says why, and loses no mail', async () => {
    const config = await writeConfig(deskConfig(world));
    try {
      const began = await runDesk(['once', '-c', config.path]);
      expect(began.code).toBe(0);
      // It may lose the entry that says how far the folder of sent mail was looked at; that is told.
      for (const line of began.stderr.split('\n').filter((each) => each !== ''))
        expect(line).toContain('A message was stored that then could not be found');
      await world.deliver('support', mail('printer'));
      await world.deliver('support', mail('modem'));
      const { stderr } = await runDesk(['once', '-c', config.path]);
      expect(stderr).not.toBe('');
      const inbox = (await readFolder(world, 'support', 'INBOX')).map(({ messageId }) => messageId);
      expect(inbox).toEqual(['<printer@x.example>', '<modem@x.example>']);
    } finally {
      await config.remove();
    }
  });
});
