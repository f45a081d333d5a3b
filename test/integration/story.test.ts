/**
 * The desk's main job on a real mailbox, on each kind of server, told as its users live it: every step is a run of the
 * built command.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { chosenServers } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import {
  type ConfigFile,
  deskConfig,
  type FoundMessage,
  folderOn,
  readFolder,
  runDesk,
  startWorld,
  withImap,
  writeConfig,
} from './world.js';

let world: MailWorld;
let config: ConfigFile;

interface Written {
  readonly from: string;
  readonly to?: string;
  readonly subject?: string;
  readonly id: string;
  readonly fields?: readonly string[];
  readonly text?: string;
}

function letter({
  from,
  to = 'support@example.com',
  subject = 'Printer on fire',
  id,
  fields = [],
  text = 'It burns.',
}: Written): Buffer {
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${id}>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    ...fields,
    '',
    text,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

async function arrives(written: Written): Promise<string> {
  const address = /<([^>]+)>/.exec(written.from)?.[1] ?? written.from;
  const raw = letter(written);
  await world.deliver('support', raw, {
    envelope: { from: address, to: written.to ?? 'support@example.com' },
  });
  return createHash('sha256').update(raw).digest('hex');
}

async function once(...args: string[]): Promise<Record<string, unknown>[]> {
  const ran = await runDesk(['once', '--json', '-c', config.path, ...args]);
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  return ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => !('summary' in line));
}

function field(message: FoundMessage | undefined, name: string): string {
  const unfolded = (message?.text ?? '').split('\r\n\r\n')[0]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  return new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? '';
}

function addressIn(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value;
}

const inbox = (who: 'jane' | 'steve' | 'ann') => readFolder(world, who, 'INBOX');
const open = () => readFolder(world, 'support', 'Tickets/Open');
const archived = () => readFolder(world, 'support', 'Tickets/Archived');

const servers = await chosenServers(['maildir', 'cyrus'], ALL_SERVERS);

for (const { kind, name, missing } of servers) {
  describe.skipIf(missing !== '')(`a desk on ${name}`, () => {
    beforeAll(async () => {
      world = await startWorld({ kind });
      config = await writeConfig(deskConfig(world));
    });
    afterAll(async () => {
      await config.remove();
      await world.stop();
    });
    it('takes on an empty mailbox in silence', async () => {
      const ran = await runDesk(['once', '-c', config.path]);
      expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
      await withImap(world, 'support', async (client) => {
        const folders = await client.list();
        const subscribed = folders.filter(({ subscribed: is }) => is).map(({ path }) => path);
        const named = (...names: string[]): string[] =>
          names.map((each) => folderOn(client, `Tickets/${each}`));
        const paths = folders.map(({ path }) => path).filter((path) => path !== folderOn(client, 'Tickets'));
        expect(paths.toSorted()).toEqual([
          'INBOX',
          ...named('Archived', 'Open', 'Outbox', 'Register', 'Review'),
        ]);
        expect(subscribed).toEqual(expect.arrayContaining(named('Open', 'Archived', 'Review')));
        expect(subscribed).not.toEqual(expect.arrayContaining(named('Register')));
      });
    });

    it('opens a ticket: acknowledges, tells staff, and keeps the message as it came', async () => {
      await arrives({
        from: 'Jane Doe <jane@example.com>',
        id: 'first@example.com',
        text: 'Hello, it burns.',
      });
      const delivered = (await readFolder(world, 'support', 'INBOX'))[0];
      expect(await once()).toMatchObject([
        { kind: 'new', ticket: 1, acknowledge: true, notifyStaff: true, match: null },
      ]);
      const [root, acknowledgement] = await open();
      expect(root?.raw.equals(delivered?.raw ?? Buffer.alloc(0))).toBe(true);
      expect([...(root?.flags ?? [])]).not.toContain('\\Seen');
      expect([...(acknowledgement?.flags ?? [])]).toContain('\\Seen');
      const [got] = await inbox('jane');
      expect(field(got, 'Reply-To')).toMatch(
        /^"Example Support \(ticket 1\)" <support\+1\.[0-9a-z]{8}@example\.com>$/,
      );
      expect(field(got, 'Subject')).toBe('Re: [issue1] Printer on fire');
      expect(field(got, 'Auto-Submitted')).toBe('auto-replied');
      expect(field(got, 'In-Reply-To')).toBe('<first@example.com>');
      expect(got?.text).not.toContain('X-Imapdesk-Stage');
      expect(acknowledgement?.messageId).toBe(got?.messageId);
      const [notice] = await inbox('steve');
      expect(field(notice, 'From')).toBe('"Jane Doe (Example Support)" <support@example.com>');
      expect(field(notice, 'Subject')).toBe('[issue1] Printer on fire');
      const body = notice?.text.split('\r\n\r\n').slice(1).join('\r\n\r\n') ?? '';
      expect(body).toMatch(/^--\S+\r\n(?:[^]*?\r\n)?\r\nHello, it burns\.\r\n/);
      expect(body).toContain('Your reply goes to jane@example.com');
      expect(await inbox('ann')).toHaveLength(1);
    });

    it('does nothing on a second run', async () => {
      const sent = world.sent.length;
      expect(await once()).toEqual([]);
      expect(world.sent).toHaveLength(sent);
    });

    it('joins an answer to the acknowledgement', async () => {
      const [acknowledgement] = await inbox('jane');
      const to = addressIn(field(acknowledgement, 'Reply-To'));
      await arrives({
        from: 'Jane Doe <jane@example.com>',
        to,
        id: 'second@example.com',
        text: 'It still burns.',
      });
      expect(await once()).toMatchObject([
        { kind: 'update', ticket: 1, match: 'signed-address', acknowledge: false },
      ]);
      expect((await open()).map(({ messageId }) => messageId)).toContain('<second@example.com>');
      const notices = await inbox('steve');
      expect(notices).toHaveLength(2);
      expect(field(notices[0], 'References')).toBe(field(notices[1], 'References'));
    });

    it('passes a staff reply on to the requester, and tells the other staff', async () => {
      const [notice] = await inbox('steve');
      const to = addressIn(field(notice, 'Reply-To'));
      const fields = [`In-Reply-To: ${notice?.messageId ?? ''}`, 'X-Office: secret'];
      await arrives({
        from: 'Steve <steve@example.org>',
        to,
        id: 'third@example.org',
        fields,
        text: 'Pull the plug.',
      });
      expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, relay: true }]);
      const got = (await inbox('jane')).at(-1);
      expect(got?.text).toContain('Pull the plug.');
      expect(got?.text).not.toContain('X-Office');
      expect(got?.text).not.toContain('steve@');
      expect(field(got, 'Reply-To')).toContain('support+1.');
      expect(await inbox('steve')).toHaveLength(2);
      expect(await inbox('ann')).toHaveLength(3);
    });

    it('does not let a stranger close, and says so to staff', async () => {
      await arrives({ from: 'taro@example.com', to: 'support+1-done@example.com', id: 'evil@example.com' });
      expect(await once()).toMatchObject([
        { kind: 'update', ticket: 1, match: 'address', changesState: false },
      ]);
      expect((await inbox('steve')).at(-1)?.text).toContain('which its sender may not do');
      expect(await archived()).toEqual([]);
    });

    it('sends the answer to a newcomer to that person alone', async () => {
      const notice = (await inbox('steve')).at(-1);
      const fields = [
        `In-Reply-To: ${notice?.messageId ?? ''}`,
        `References: ${field(notice, 'References')} ${notice?.messageId ?? ''}`,
      ];
      const known = (await inbox('jane')).length;
      await arrives({
        from: 'Steve <steve@example.org>',
        to: addressIn(field(notice, 'Reply-To')),
        id: 'who@example.org',
        fields,
        text: 'Who are you?',
      });
      const sent = world.sent.length;
      expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, relay: true }]);
      expect(
        world.sent
          .slice(sent)
          .map(({ to }) => to)
          .flat(),
      ).toEqual(['taro@example.com', 'ann@example.org']);
      expect(await inbox('jane')).toHaveLength(known);
    });

    it('closes by the done address, and confirms it', async () => {
      await arrives({
        from: 'Jane Doe <jane@example.com>',
        to: 'support+1-done@example.com',
        id: 'done@example.com',
        text: 'Thanks!',
      });
      const before = await open();
      expect(await once()).toMatchObject([{ kind: 'close', ticket: 1, changesState: true }]);
      expect(await open()).toEqual([]);
      const after = await archived();
      for (const { raw } of before) expect(after.some((one) => one.raw.equals(raw))).toBe(true);
      expect(after.map(({ messageId }) => messageId)).toContain('<done@example.com>');
      expect((await inbox('jane')).at(-1)?.text).toContain('is now closed');
    });

    it('files automatic mail in the archive without reopening', async () => {
      const [acknowledgement] = await inbox('jane');
      const to = addressIn(field(acknowledgement, 'Reply-To'));
      const sent = world.sent.length;
      await arrives({
        from: 'jane@example.com',
        to,
        id: 'ooo@example.com',
        subject: 'Out of office',
        fields: ['Auto-Submitted: auto-replied'],
      });
      expect(await once()).toMatchObject([{ kind: 'automatic', ticket: 1, notifyStaff: false }]);
      expect((await archived()).map(({ messageId }) => messageId)).toContain('<ooo@example.com>');
      expect(world.sent).toHaveLength(sent);
    });

    it('reopens whole when the requester answers', async () => {
      const before = await archived();
      const [acknowledgement] = await inbox('jane');
      await arrives({
        from: 'jane@example.com',
        id: 'again@example.com',
        fields: [`In-Reply-To: ${acknowledgement?.messageId ?? ''}`],
      });
      expect(await once()).toMatchObject([{ kind: 'reopen', ticket: 1, match: 'own-message-id' }]);
      expect(await archived()).toEqual([]);
      const after = await open();
      for (const { raw } of before) expect(after.some((one) => one.raw.equals(raw))).toBe(true);
    });

    it('reports a number that does not exist, once', async () => {
      const known = (await readFolder(world, 'taro', 'INBOX')).length;
      await arrives({ from: 'taro@example.com', subject: '[issue77] hello', id: 'unknown1@example.com' });
      await arrives({
        from: 'taro@example.com',
        subject: '[issue77] hello again',
        id: 'unknown2@example.com',
      });
      expect(await once()).toMatchObject([
        { kind: 'unknown-ticket', ticket: 77 },
        { kind: 'unknown-ticket', ticket: 77 },
      ]);
      const got = (await readFolder(world, 'taro', 'INBOX')).slice(known);
      expect(got).toHaveLength(1);
      expect(got[0]?.text).toContain('77');
      expect(
        (await readFolder(world, 'support', 'Tickets/Review')).map(({ messageId }) => messageId),
      ).toEqual(['<unknown1@example.com>', '<unknown2@example.com>']);
      await arrives({ from: 'taro@example.com', subject: '[issue77] once more', id: 'unknown3@example.com' });
      await once();
      expect(await readFolder(world, 'taro', 'INBOX')).toHaveLength(known + 1);
    });

    it('follows a drag to the archive and back, and sends nothing for it', async () => {
      const sent = world.sent.length;
      await withImap(world, 'support', async (client) => {
        await client.mailboxOpen(folderOn(client, 'Tickets/Open'));
        await client.messageMove('1:2', folderOn(client, 'Tickets/Archived'), { uid: false });
      });
      await once();
      expect(await open()).toEqual([]);
      await withImap(world, 'support', async (client) => {
        await client.mailboxOpen(folderOn(client, 'Tickets/Archived'));
        await client.messageMove('1', folderOn(client, 'Tickets/Open'), { uid: false });
      });
      await once();
      expect(await archived()).toEqual([]);
      expect(world.sent).toHaveLength(sent);
    });
  });
}
