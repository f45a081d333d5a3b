/** That the servers of test/servers are what their table says, and leave nothing behind. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenServers } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import { readFolder, startWorld, type TestWorld, withImap } from './world.js';

const LINES = [
  'From: jane@example.com',
  'Message-ID: <bytes@example.com>',
  'Subject: Gr\xfc\xdfe',
  '',
  'One',
  'Two',
];
const raw = (lineEnd: string, last = lineEnd): Buffer =>
  Buffer.from(`${LINES.join(lineEnd)}${last}`, 'latin1');

for (const server of await chosenServers(['mdbox', 'cyrus', 'courier'], ALL_SERVERS)) {
  const { kind, name, missing } = server;
  describe.skipIf(missing !== '')(`a mail world on ${name}`, () => {
    let world: TestWorld;
    let kept: string;

    beforeAll(async () => {
      world = await startWorld({ kind });
      kept = await mkdtemp(join(tmpdir(), 'imapdesk-kept-'));
    });
    afterAll(async () => {
      await rm(kept, { recursive: true, force: true });
      await world.stop();
    });

    it('announces what the table says', async () => {
      await withImap(world, 'jane', async ({ namespace, capabilities }) => {
        expect(namespace).toMatchObject({ prefix: server.prefix, delimiter: server.delimiter });
        expect([capabilities.has('MOVE'), capabilities.has('UIDPLUS')]).toEqual([
          server.move,
          server.uidplus,
        ]);
      });
    });

    it('keeps the bytes of what is delivered and of what is appended', async () => {
      await world.deliver('jane', raw('\r\n'));
      await withImap(world, 'jane', (client) => client.append('INBOX', raw('\r\n')));
      expect((await readFolder(world, 'jane', 'INBOX')).map((message) => message.raw)).toEqual([
        raw('\r\n'),
        raw('\r\n'),
      ]);
    });

    it('does with missing and odd line ends what the table says', async () => {
      await withImap(world, 'taro', async (client) => {
        await client.append('INBOX', raw('\r\n', ''));
        const odd = client.append('INBOX', raw('\n'));
        if (server.bareLf === 'refused') await expect(odd).rejects.toMatchObject({ responseStatus: 'NO' });
        else await odd;
      });
      const [missingEnd, odd] = await readFolder(world, 'taro', 'INBOX');
      expect(missingEnd?.raw).toEqual(raw('\r\n', server.keepsMissingLineEnd ? '' : '\r\n'));
      if (server.bareLf !== 'refused')
        expect(odd?.raw).toEqual(raw(server.bareLf === 'kept' ? '\n' : '\r\n'));
    });

    it('puts a mailbox that was kept back, with its UIDs', async () => {
      await world.deliver('support', raw('\r\n'));
      await world.keep(world.accounts.support, join(kept, 'mail'));
      const before = await readFolder(world, 'support', 'INBOX');
      await world.deliver('support', raw('\r\n'));
      await world.putBack(world.accounts.support, join(kept, 'mail'));
      expect(await readFolder(world, 'support', 'INBOX')).toEqual(before);
      await world.deliver('support', raw('\r\n'));
      expect((await readFolder(world, 'support', 'INBOX')).map(({ uid }) => uid)).toEqual([1, 2]);
    });
  });

  describe.skipIf(missing !== '')(`what ${name} leaves behind`, () => {
    it('is nothing, even if a client is connected and waits', async () => {
      const world = await startWorld({ kind });
      const { user, password } = world.accounts.jane;
      const client = new ImapFlow({
        host: world.imap.host,
        port: world.imap.port,
        secure: false,
        doSTARTTLS: false,
        auth: { user, pass: password },
        logger: false,
      });
      client.on('error', () => undefined);
      await client.connect();
      await client.mailboxOpen('INBOX');
      expect(await processesIn(world.folder)).not.toEqual([]);
      await world.stop();
      client.close();
      expect(await processesIn(world.folder)).toEqual([]);
      expect(existsSync(world.folder)).toBe(false);
    });
  });
}

/** Processes whose command line or environment names the folder. Where there is no /proc, the folder must do. */
async function processesIn(folder: string): Promise<readonly string[]> {
  if (!existsSync('/proc/self/environ')) return existsSync(folder) ? [folder] : [];
  const pids = (await readdir('/proc')).filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid));
  const about = pids.map(async (pid) => {
    const [line, env] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
    return `${line} ${env}`.includes(folder) ? `${pid} ${line?.replaceAll('\0', ' ')}` : [];
  });
  return (await Promise.all(about)).flat();
}
