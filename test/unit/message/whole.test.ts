import { expect, test } from 'vitest';
import type { Facts } from '../../../src/message/facts/facts.js';
import { atHand } from '../../../src/worker/ask/explanation.js';
import { lookAgain } from '../../../src/worker/sight/look-again.js';
import { deskPolicy } from '../desk/desk.js';

const receivedAt = new Date('2026-01-02T03:04:05Z');
const policy = deskPolicy({ authservId: 'mx.example.com' });

async function read(...lines: readonly string[]): Promise<Facts | undefined> {
  const { pending, source } = atHand(policy, Buffer.from(lines.join('\r\n')), receivedAt);
  return (await lookAgain(source, [pending]))[0]?.facts;
}

test('a message at hand has the facts of the same message in a mailbox', async () => {
  const lines = ['Authentication-Results: mx.example.com; dmarc=pass', 'From: jane@example.com', '', 'Hello'];
  const facts = await read(...lines);
  expect(facts).toMatchObject({
    receivedAt,
    size: lines.join('\r\n').length,
    bodySize: 5,
    sender: { address: 'jane@example.com' },
    authentication: { dmarc: 'pass' },
    automatic: null,
  });
});

test('its parts tell what it is', async () => {
  const report = [
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: message/delivery-status',
  ];
  const facts = await read('From: jane@example.com', ...report, '', 'Action: failed', '--a--');
  expect(facts?.automatic?.kind).toBe('bounce');
});

test('the text of what looks like a bounce is read, and of nothing else', async () => {
  const text = [
    '',
    'It could not be delivered.',
    '',
    '<kim@example.org>:',
    '',
    'Message-ID: <sent@example.com>',
    '',
  ];
  expect(await read('From: MAILER-DAEMON@example.com', ...text)).toMatchObject({
    automatic: { kind: 'bounce' },
    returnedIds: ['sent@example.com'],
    failedRecipients: ['kim@example.org'],
  });
  expect(await read('From: jane@example.com', ...text)).toMatchObject({ automatic: null, returnedIds: [] });
});
