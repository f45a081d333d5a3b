/** How much of a large message is read, by what is done with it. */
import { expect, it } from 'vitest';
import type { DeskPolicy } from '../../src/desk/policy.js';
import { DeskWorld, FOLDERS, nameOf, withStore } from './desk-world.js';
import { field, splitMessage } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

const MEGABYTE = 1_048_576;
const STEVE = 'steve@example.com';

/** A message of this text, with an attachment of three megabytes. */
function large(raw: Buffer, text: string): Buffer {
  const [header = ''] = raw.toString('latin1').split('\r\n\r\n');
  const lines = [
    header.replace(/^Content-Type:.*$/m, 'Content-Type: multipart/mixed; boundary=b'),
    '',
    '--b',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    text,
    '--b',
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename=disk.img',
    '',
    `${'A'.repeat(76)}\r\n`.repeat((3 * MEGABYTE) / 78),
    '--b--',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** A pass that counts what it reads of bodies in the inbox: bytes of parts, and of whole messages. */
async function passAndCount(
  world: DeskWorld,
  notices: DeskPolicy['notices'] = world.desk().policy.notices,
): Promise<{ parts: number; wholes: number }> {
  const read = { parts: 0, wholes: 0 };
  const desk = { ...world.desk(), policy: { ...world.desk().policy, notices } };
  const { store } = desk;
  const counting = withStore(desk, {
    fetchPart: async (folder, uids, options) => {
      const parts = await store.fetchPart(folder, uids, options);
      if (folder === FOLDERS.inbox) for (const part of parts.values()) read.parts += part.length;
      return parts;
    },
    fetchSource: async (folder, uids) => {
      const sources = await store.fetchSource(folder, uids);
      if (folder === FOLDERS.inbox) for (const source of sources.values()) read.wholes += source.length;
      return sources;
    },
  });
  await world.pass(counting);
  return read;
}

async function withLargeTicket(
  notices?: DeskPolicy['notices'],
): Promise<{ world: DeskWorld; read: { parts: number; wholes: number } }> {
  const world = new DeskWorld();
  await world.pass();
  const words = { from: 'jane@example.org', to: 'support@example.com', subject: 'Disk', messageId: 'd@x' };
  const extra = ['Cc: bob@example.org, carl@example.org'];
  world.server.deliver(large(letter({ ...words, extra }), 'many words\r\n'.repeat(10_000)));
  return { world, read: await passAndCount(world, notices) };
}

it.each([
  ['that notices show as an excerpt', { show: 'excerpt', maxBytes: 5 * MEGABYTE }],
  ['that is larger than notices may be', { show: 'whole', maxBytes: 3 * MEGABYTE }],
] as const)('of a message %s no more is read than 32 kB of its text', async (_, notices) => {
  const { world, read } = await withLargeTicket(notices);
  expect(read).toEqual({ parts: 32_768, wholes: 0 });
  expect(world.tickets()).toEqual(['1 open']);
  expect(world.visible('open')[0]?.content.raw.length).toBeGreaterThan(3 * MEGABYTE - 10_000);
  for (const { raw } of world.post.sent) expect(raw.length).toBeLessThan(10_000);
});

it('a message that notices show whole is read once, however many get it', async () => {
  const { world, read } = await withLargeTicket();
  const raw = world.visible('open').find(({ content }) => nameOf(content.raw) === 'Disk')?.content.raw;
  const { body } = splitMessage(raw ?? Buffer.alloc(0));
  expect(read).toEqual({ parts: 0, wholes: raw?.length });
  const notices = world.post.sent.filter((mail) => field(mail.raw, 'Auto-Submitted') === 'auto-generated');
  expect(notices).toHaveLength(2);
  for (const notice of notices) expect(notice.raw.includes(body)).toBe(true);
});

it('a staff member’s reply is read whole once, however many people get it', async () => {
  const { world } = await withLargeTicket();
  const notice = world.post.sent.find(({ envelope }) => envelope.to === STEVE);
  const reply = answerTo(notice?.raw ?? Buffer.alloc(0), { from: STEVE, messageId: 'r@example.com' });
  const raw = large(reply, 'See the attachment.');
  world.server.deliver(raw);
  const before = world.post.sent.length;
  const read = await passAndCount(world);
  expect(read.wholes).toBe(raw.length);
  const relays = world.post.sent.slice(before).filter((mail) => field(mail.raw, 'Auto-Submitted') === null);
  expect(relays.map(({ envelope }) => envelope.to)).toEqual([
    'jane@example.org',
    'bob@example.org',
    'carl@example.org',
  ]);
  for (const relay of relays) expect(relay.raw.length).toBeGreaterThan(3 * MEGABYTE - 10_000);
});
