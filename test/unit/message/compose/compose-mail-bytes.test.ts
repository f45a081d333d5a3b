/** What a person's mail looks like, byte for byte. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { composeMail } from '../../../../src/message/compose/compose-mail.js';

const FRAME = {
  from: { name: 'Steve', address: 'steve@example.org' },
  to: { name: '', address: 'support@example.com' },
  subject: 'Printer on fire',
  messageId: '1@example.com',
  references: [],
  date: new Date(0),
  fields: [['X-Content', 'kept'] as const, ['X-Mime-Version', 'kept'] as const],
};
const HEADER = [
  'From: Steve <steve@example.org>',
  'To: support@example.com',
  'Subject: Printer on fire',
  'Date: Thu, 01 Jan 1970 00:00:00 +0000',
  'Message-ID: <1@example.com>',
  'X-Content: kept',
  'X-Mime-Version: kept',
  'MIME-Version: 1.0',
];
const TEXT = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', ''];

const composed = (...about: Parameters<typeof composeMail>) =>
  composeMail(...about)
    .toString()
    .split('\r\n');

test('text alone is the body', () => {
  expect(composed({ ...FRAME, text: 'One\rTwo\r\nThree\n\nSix \t\n \n\t\n' }, [])).toEqual([
    ...HEADER,
    ...TEXT,
    'One',
    'Two',
    'Three',
    '',
    'Six =09',
    '',
  ]);
});

test('each file is a part, in lines of base64, and the boundary is made of all parts', () => {
  const text = [...TEXT, 'Hello', ''].join('\r\n');
  const long = [
    'Content-Type: text/plain',
    'Content-Disposition: attachment; filename=log.txt',
    'Content-Transfer-Encoding: base64',
    '',
    'YWFh'.repeat(19),
    'YQ==',
  ].join('\r\n');
  const mail = [
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename=mail.eml',
    'Content-Transfer-Encoding: base64',
    '',
    'Yg==',
  ].join('\r\n');
  const boundary = `part-${createHash('sha256').update(`${text}${long}${mail}`).digest('hex').slice(0, 32)}`;
  const files = [
    { name: 'log.txt', content: Buffer.from('a'.repeat(58)) },
    { name: '../mail.eml', content: Buffer.from('b') },
  ];
  expect(composed({ ...FRAME, text: 'Hello' }, files)).toEqual([
    ...HEADER,
    'Content-Type: multipart/mixed;',
    ` boundary=${boundary}`,
    '',
    `--${boundary}`,
    ...text.split('\r\n'),
    `--${boundary}`,
    ...long.split('\r\n'),
    `--${boundary}`,
    ...mail.split('\r\n'),
    `--${boundary}--`,
    '',
  ]);
});

test('an empty file has an empty part', () => {
  const lines = composed({ ...FRAME, text: 'Hello' }, [{ name: 'empty.bin', content: Buffer.alloc(0) }]);
  const start = lines.indexOf('Content-Transfer-Encoding: base64');
  expect(lines.slice(start + 1)).toEqual(['', '', expect.stringMatching(/^--part-[0-9a-f]{32}--$/), '']);
});

test('controls go, and what scripts need stays', () => {
  const text = 'a\0b\u0008c\td\u000be\u001ff\u007fg h\u200di\u202ej';
  expect(composed({ ...FRAME, text }, []).at(-2)).toBe('abc\tdefg h=E2=80=8Di=E2=80=AEj');
});
