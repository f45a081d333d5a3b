/** A mailbox that was in use before the desk came, on each kind of server: nothing old is touched, and nobody is written to unasked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letter } from '../model/sample-mail.js';
import { chosenServers } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import {
  type ConfigFile,
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  withImap,
  writeConfig,
} from './world.js';

const DAY_MS = 86_400_000;
const OLD = new Date(Date.now() - 90 * DAY_MS);
const READ = ['read-1', 'read-2', 'read-3', 'read-4'];
const UNREAD = ['unread-1', 'unread-2', 'unread-3'];
const RECENT = ['recent-1', 'recent-2'];

for (const { kind, name: server, missing } of await chosenServers(
  ['maildir', 'mdbox', 'cyrus', 'courier'],
  ALL_SERVERS,
)) {
  describe.skipIf(missing !== '')(`a mailbox in use on ${server}`, () => {
    let world: TestWorld;
    let config: ConfigFile;

    beforeAll(async () => {
      world = await startWorld({ kind });
      config = await writeConfig(deskConfig(world, { adopt: { atMost: 1 }, staff: ['steve@example.org'] }));
      for (const subject of READ) await arrives(subject, { receivedAt: OLD, seen: true });
      for (const subject of UNREAD) await arrives(subject, { receivedAt: OLD });
      for (const subject of RECENT) await arrives(subject);
    });
    afterAll(async () => {
      await config.remove();
      await world.stop();
    });

    async function arrives(subject: string, how: { receivedAt?: Date; seen?: boolean } = {}): Promise<void> {
      const messageId = `${subject}@example.com`;
      const raw = letter({ from: 'jane@example.com', to: 'support@example.com', subject, messageId });
      await world.deliver('support', raw, how);
    }

    const subjects = async (folder: string): Promise<readonly string[]> =>
      (await readFolder(world, 'support', folder)).map(({ subject }) => subject).toSorted();

    it('is left alone until somebody says what to take', async () => {
      const ran = await runDesk(['once', '-c', config.path]);
      expect(ran.code).toBe(78);
      expect(ran.stderr).toContain('--adopt=recent');
      expect(world.sent).toEqual([]);
      expect(await subjects('INBOX')).toEqual([...READ, ...UNREAD, ...RECENT].toSorted());
      await withImap(world, 'support', async (client) => {
        expect((await client.list()).map(({ path }) => path)).toEqual(['INBOX']);
      });
    });

    it('has its recent mail filed when told so, and nothing old moves or changes', async () => {
      const before = await readFolder(world, 'support', 'INBOX');
      const ran = await runDesk(['once', '--adopt=recent', '-c', config.path]);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      const old = before.filter(({ subject }) => !RECENT.includes(subject));
      const left = await readFolder(world, 'support', 'INBOX');
      expect(left.map(asKept)).toEqual(old.map(asKept));
      const open = await subjects('Tickets/Open');
      expect(open.filter((subject) => subject.startsWith('recent-'))).toEqual(RECENT);
      expect(world.sent).toHaveLength(2 * RECENT.length);
    });

    it('has mail filed that comes later, and the old mail still stays', async () => {
      await arrives('later');
      expect(await runDesk(['once', '-c', config.path])).toMatchObject({ code: 0, stderr: '' });
      expect(await subjects('INBOX')).toEqual([...READ, ...UNREAD].toSorted());
      expect(await subjects('Tickets/Open')).toContain('later');
    });
  });
}

/** Without \\Recent, which tells only who looked first. */
function asKept({ uid, raw, flags }: { uid: number; raw: Buffer; flags: ReadonlySet<string> }): unknown {
  return { uid, text: raw.toString('latin1'), flags: [...flags].filter((flag) => flag !== '\\Recent') };
}
