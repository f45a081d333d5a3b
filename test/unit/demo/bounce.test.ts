import { simpleParser } from 'mailparser';
import { expect, it } from 'vitest';
import { composeBounce, mailDate } from '../../../src/demo/bounce.js';

const raw = Buffer.from('Message-ID: <m1@example.com>\r\nSubject: Hello\r\n\r\nHi.\r\n');
const mail = {
  from: 'support@example.com',
  recipient: 'gone@example.com',
  raw,
  at: new Date('2026-11-23T10:11:12Z'),
};

it('is a delivery status report that returns the message', async () => {
  const bounce = composeBounce(mail);
  const text = bounce.toString('latin1');
  expect(text).toContain('Content-Type: multipart/report; report-type=delivery-status;');
  expect(text).toContain('Final-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n');
  expect(text).toContain(raw.toString('latin1'));
  const parsed = await simpleParser(bounce);
  expect(parsed.from?.value[0]?.address).toBe('MAILER-DAEMON@mail.example.com');
  expect(parsed.inReplyTo).toBe('<m1@example.com>');
});

it('does without the id of a message that has none', () => {
  const bounce = composeBounce({ ...mail, raw: Buffer.from('Subject: Hello\r\n\r\nHi.\r\n') });
  expect(bounce.toString('latin1')).not.toContain('In-Reply-To');
});

it('writes dates with a numeric zone', () => {
  expect(mailDate(mail.at)).toBe('Mon, 23 Nov 2026 10:11:12 +0000');
});
