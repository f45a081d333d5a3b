import { expect, test } from 'vitest';
import { factsOfWhole } from '../../../src/message/whole.js';

const receivedAt = new Date('2026-01-02T03:04:05Z');
const read = (...lines: readonly string[]) =>
  factsOfWhole(Buffer.from(lines.join('\r\n')), { receivedAt, authservId: 'mx.example.com' });

test('a message at hand has the facts of the same message in a mailbox', () => {
  const lines = ['Authentication-Results: mx.example.com; dmarc=pass', 'From: jane@example.com', '', 'Hello'];
  const facts = read(...lines);
  expect(facts).toMatchObject({
    receivedAt,
    size: lines.join('\r\n').length,
    bodySize: 5,
    sender: { address: 'jane@example.com' },
    authentication: { dmarc: 'pass' },
    automatic: null,
  });
});

test('its parts tell what it is', () => {
  const report = [
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: message/delivery-status',
  ];
  expect(read('From: jane@example.com', ...report, '', 'Action: failed', '--a--').automatic?.kind).toBe(
    'bounce',
  );
});

test('the text of what looks like a bounce is read, and of nothing else', () => {
  const text = [
    '',
    'It could not be delivered.',
    '',
    '<kim@example.org>:',
    '',
    'Message-ID: <sent@example.com>',
    '',
  ];
  expect(read('From: MAILER-DAEMON@example.com', ...text)).toMatchObject({
    automatic: { kind: 'bounce' },
    returnedIds: ['sent@example.com'],
    failedRecipients: ['kim@example.org'],
  });
  expect(read('From: jane@example.com', ...text)).toMatchObject({ automatic: null, returnedIds: [] });
});
