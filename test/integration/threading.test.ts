import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { readIds, threadsOf } from './threading.js';
import {
  type ConfigFile,
  deskConfig,
  type FoundMessage,
  readFolder,
  runDesk,
  startWorld,
  writeConfig,
} from './world.js';

describe('threads by References', () => {
  it('hold answers, however late they come', () => {
    const [a, b, c] = [
      { messageId: '<a>', references: [] },
      { messageId: '<b>', references: ['<a>'] },
      { messageId: '<c>', references: ['<a>', '<b>'] },
    ];
    expect(threadsOf([c, a, b])).toEqual([['<c>', '<a>', '<b>']]);
  });

  it('hold what answers the same message, though that is not there', () => {
    const messages = [
      { messageId: '<b>', references: ['<gone>', '<a>'] },
      { messageId: '<c>', references: ['<gone>'] },
      { messageId: '<d>', references: ['<other>'] },
    ];
    expect(threadsOf(messages)).toEqual([['<b>', '<c>'], ['<d>']]);
  });

  it('never go round in circles', () => {
    const messages = [
      { messageId: '<a>', references: ['<b>'] },
      { messageId: '<b>', references: ['<a>'] },
    ];
    expect(threadsOf(messages)).toEqual([['<a>', '<b>']]);
  });

  it('are read from folded fields', () => {
    const text =
      'References: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\nMessage-Id: <c@x>\r\n\r\nReferences: <d@x>';
    expect(readIds(text)).toEqual({ messageId: '<c@x>', references: ['<a@x>', '<b@x>'] });
  });
});

describe('the messages of a ticket', () => {
  let world: MailWorld;
  let config: ConfigFile;

  beforeAll(async () => {
    world = await startWorld();
    config = await writeConfig(deskConfig(world));
  });
  afterAll(async () => {
    await config.remove();
    await world.stop();
  });

  const stored = (): Promise<readonly FoundMessage[]> => readFolder(world, 'support', 'Tickets/Open');

  /** What somebody writes, as an answer to a message if one is given, and then a pass of the desk. */
  async function writes(from: string, id: string, answered?: FoundMessage): Promise<void> {
    const { messageId = '', references = [] } = answered === undefined ? {} : readIds(answered.text);
    const replyTo = /^Reply-To:.*<(.*)>\r$/im.exec(answered?.text ?? '')?.[1] ?? 'support@example.com';
    const lines = [
      `From: ${from}`,
      `To: ${replyTo}`,
      `Subject: ${answered === undefined ? 'Printer on fire' : `Re: ${answered.subject}`}`,
      `Message-ID: <${id}>`,
      'Date: Mon, 23 Nov 2026 10:00:00 +0000',
      ...(answered === undefined
        ? []
        : [`In-Reply-To: ${messageId}`, `References: ${[...references, messageId].join('\r\n ')}`]),
      '',
      'It burns.',
      '',
    ];
    await world.deliver('support', Buffer.from(lines.join('\r\n')), { envelope: { from, to: replyTo } });
    const ran = await runDesk(['once', '-c', config.path]);
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
  }

  async function threads(): Promise<readonly (readonly string[])[]> {
    return threadsOf((await stored()).map(({ text }) => readIds(text)));
  }

  it('are one thread while the requester and the desk write', async () => {
    await writes('jane@example.com', 'first@example.com');
    const [acknowledgement] = await readFolder(world, 'jane', 'INBOX');
    await writes('jane@example.com', 'second@example.com', acknowledgement);
    expect(await threads()).toEqual([
      ['<first@example.com>', acknowledgement?.messageId, '<second@example.com>'],
    ]);
  });

  it('stay one thread when staff answer and the requester writes again', async () => {
    const notice = (await readFolder(world, 'steve', 'INBOX')).at(-1);
    await writes('steve@example.org', 'staff@example.org', notice);
    const relay = (await readFolder(world, 'jane', 'INBOX')).at(-1);
    await writes('jane@example.com', 'third@example.com', relay);
    expect(await threads()).toHaveLength(1);
    expect(await stored()).toHaveLength(6);
  });
});
