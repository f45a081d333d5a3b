/** Signed mail still verifies after its ticket was closed and reopened: nothing of it has changed. */
import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { verifiesDkim } from './dkim.js';
import { readFolder } from './world.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signer = createTransport({
  streamTransport: true,
  buffer: true,
  newline: 'windows',
  dkim: {
    domainName: 'example.com',
    keySelector: 'test',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
});

let bench: DeskBench;
beforeAll(async () => {
  bench = await DeskBench.start();
  await bench.pass();
});
afterAll(() => bench.stop());

async function signed(subject: string, text: string): Promise<Buffer> {
  const { message } = await signer.sendMail({
    from: 'Jane Doe <jane@example.com>',
    to: 'support@example.com',
    subject,
    text,
    attachments: [{ filename: 'fire.bin', content: Buffer.alloc(3_000, 0xe9) }],
  });
  return Buffer.isBuffer(message) ? message : Buffer.alloc(0);
}

async function verdicts(folder: string): Promise<readonly boolean[]> {
  const messages = await readFolder(bench.world, 'support', folder);
  return messages
    .filter(({ text }) => /^DKIM-Signature:/m.test(text))
    .map(({ raw }) => verifiesDkim(raw, publicKey));
}

it('is judged by a check that can fail', async () => {
  const message = await signed('Printer', 'It burns.');
  expect(verifiesDkim(message, publicKey)).toBe(true);
  const text = message.toString('latin1');
  expect(verifiesDkim(Buffer.from(text.replace('It burns', 'It burnt'), 'latin1'), publicKey)).toBe(false);
  expect(verifiesDkim(Buffer.from(text.replace('Subject: P', 'Subject: Q'), 'latin1'), publicKey)).toBe(
    false,
  );
});

it('verifies in Open, in the archive, and in Open again', async () => {
  const envelope = { from: 'jane@example.com', to: 'support@example.com' };
  for (const [subject, text] of [
    ['Printer  on   fire', 'It burns. \r\n\r\n.\r\nFrom here on\r\n \r\n\r\n'],
    ['Brennt: Ü & 山 '.repeat(12), 'Es brennt. Größe: 山\r\n-- \r\n'],
  ] as const)
    await bench.world.deliver('support', await signed(subject, text), { envelope });
  await bench.pass();
  expect(await verdicts('Tickets/Open')).toEqual([true, true]);
  for (const number of ['1', '2']) await bench.ok('close', number);
  expect(await verdicts('Tickets/Open')).toEqual([]);
  expect(await verdicts('Tickets/Archived')).toEqual([true, true]);
  for (const number of ['1', '2']) await bench.ok('reopen', number);
  expect(await verdicts('Tickets/Open')).toEqual([true, true]);
});
