import * as fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import {
  encodeQuotedPrintable,
  MAX_ENCODED_LINE_CHARACTERS,
} from '../../../../src/message/body/quoted-printable.js';
import {
  type Composition,
  composeText,
  formatDate,
  MAX_COMPOSED_REFERENCES,
} from '../../../../src/message/compose/compose.js';
import { cleanLines, cleanText, decodeText } from '../../../../src/message/header/encoded-words.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { MAX_WORD_CHARACTERS } from '../../../../src/message/header/header-encoding.js';
import { factsOf } from '../parse.js';

const PLAIN: Composition = {
  from: { name: 'Jane Doe (Example Support)', address: 'support@example.com' },
  to: { name: 'Jäne', address: 'jane@example.org' },
  replyTo: { name: '', address: 'support+1.abc@example.com' },
  subject: 'Re: [issue1] Drucker brennt: größer',
  messageId: 'x.1@example.com',
  inReplyTo: 'q@example.org',
  references: ['p@example.org', 'q@example.org'],
  date: new Date('2026-01-02T03:04:05Z'),
  fields: [['Auto-Submitted', 'auto-replied']],
  text: 'Grüße\n.\nFrom here\n',
};

test('a message as it leaves', () => {
  expect(composeText(PLAIN).toString()).toBe(
    [
      'From: "Jane Doe (Example Support)" <support@example.com>',
      'To: =?UTF-8?Q?J=C3=A4ne?= <jane@example.org>',
      'Reply-To: support+1.abc@example.com',
      'Subject: Re: [issue1] Drucker brennt: =?UTF-8?Q?gr=C3=B6=C3=9Fer?=',
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      'Message-ID: <x.1@example.com>',
      'In-Reply-To: <q@example.org>',
      'References: <p@example.org> <q@example.org>',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=C3=BC=C3=9Fe',
      '=2E',
      '=46rom here',
      '',
    ].join('\r\n'),
  );
});

test('plain ASCII stays readable', () => {
  const raw = composeText({ ...PLAIN, text: 'Hello,\r\n\r\nwe have it.' }).toString();
  expect(raw).toContain(
    'charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello,\r\n\r\nwe have it.\r\n',
  );
});

test('fields of the desk keep their value exactly', () => {
  const values = ['{"a":  "=?utf-8?Q?b?="}', 'x '.repeat(300).trim(), `"${'\\u4e00'.repeat(140)}"`];
  const raw = composeText({ ...PLAIN, fields: values.map((value) => ['X-Imapdesk-Test', value]) });
  expect(fieldValues(parseHeaderBlock(raw), 'x-imapdesk-test')).toEqual(values);
});

function composedWord(length: number): string | undefined {
  const raw = composeText({ ...PLAIN, fields: [['X-Imapdesk-Test', 'x'.repeat(length)]] });
  return fieldValues(parseHeaderBlock(raw), 'x-imapdesk-test')[0];
}

test('a word too long for any line is broken', () => {
  expect(composedWord(MAX_WORD_CHARACTERS)).toBe('x'.repeat(MAX_WORD_CHARACTERS));
  expect(composedWord(MAX_WORD_CHARACTERS + 1)).toBe(`${'x'.repeat(MAX_WORD_CHARACTERS)} x`);
});

test('words beyond ASCII keep the spaces between them', () => {
  const subject = 'das ist größer  über die Straße hinweg';
  expect(factsOf(composeText({ ...PLAIN, subject })).subject).toBe(cleanText(subject, 250));
  const block = parseHeaderBlock(composeText({ ...PLAIN, subject }));
  expect(decodeText(fieldValues(block, 'subject')[0] ?? '')).toBe('das ist größer über die Straße hinweg');
});

test('an address that is none is an error of the caller', () => {
  expect(() => composeText({ ...PLAIN, to: { name: '', address: 'x@y>\r\nBcc: z@example.com' } })).toThrow(
    TypeError,
  );
});

test.each([
  [new Date(Number.NaN), 'Thu, 01 Jan 1970 00:00:00 +0000'],
  [new Date(-1), 'Thu, 01 Jan 1970 00:00:00 +0000'],
  [new Date('+010000-01-01'), 'Thu, 01 Jan 1970 00:00:00 +0000'],
  [new Date('9999-12-31T23:59:59Z'), 'Fri, 31 Dec 9999 23:59:59 +0000'],
])('a date of %s', (date, written) => {
  expect(formatDate(date)).toBe(written);
});

test('references are bounded: the first, and the newest', () => {
  const ids = Array.from({ length: MAX_COMPOSED_REFERENCES + 1 }, (_, index) => `${index}@example.com`);
  const written = (count: number) =>
    fieldValues(
      parseHeaderBlock(composeText({ ...PLAIN, references: ids.slice(0, count) })),
      'references',
    )[0]?.split(/\s+/);
  expect(written(MAX_COMPOSED_REFERENCES)).toHaveLength(MAX_COMPOSED_REFERENCES);
  expect(written(MAX_COMPOSED_REFERENCES + 1)).toEqual([ids[0], ...ids.slice(2)].map((id) => `<${id}>`));
});

describe('whatever strings go in', () => {
  const hostile = fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\0',
        'Bcc: v@example.net',
        '"',
        '\\',
        '<v@example.net>',
        ',',
        ';',
        ':',
        '(',
        ')',
        '=?utf-8?Q?',
        '?=',
        'é',
        '😀',
        '\u202e',
        ' ',
        '  ',
        '\t',
        'word',
        '.',
        '@',
        'v@example.net',
        'x'.repeat(120),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));
  const text = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 80 }));
  const composition = fc.record({
    from: fc.record({ name: text, address: fc.constant('support@example.com') }),
    to: fc.record({ name: text, address: fc.constant('jane@example.org') }),
    subject: text,
    messageId: text,
    inReplyTo: text,
    references: fc.array(text, { maxLength: 30 }),
    date: fc.date(),
    fields: fc.array(fc.tuple(fc.constantFrom('X-One', 'X-Two\r\nBcc', 'X: y'), text), { maxLength: 3 }),
    text,
  });
  const ALLOWED = new Set([
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'in-reply-to',
    'references',
    'mime-version',
    'content-type',
    'content-transfer-encoding',
    'x-one',
    'x-twobcc',
    'xy',
  ]);

  test('the header is valid and holds the same single addresses and no other field', () => {
    fc.assert(
      fc.property(composition, (message) => {
        const raw = composeText(message);
        const lines = raw.toString('latin1').split('\r\n');
        for (const line of lines) expect(line).toMatch(/^[\t -~]{0,998}$/);
        const { header } = splitMessage(raw);
        for (const line of header.toString().split('\r\n').slice(0, -2)) expect(line).toMatch(/\S/);
        const block = parseHeaderBlock(header);
        expect(block.ambiguous).toBe(false);
        for (const { name } of block.fields) expect(ALLOWED).toContain(name);
        const { sender, toAndCc, subject } = factsOf(raw);
        expect([sender.address, sender.name]).toEqual([
          'support@example.com',
          cleanText(message.from.name, 200),
        ]);
        expect(toAndCc).toEqual([{ address: 'jane@example.org', name: cleanText(message.to.name, 200) }]);
        expect(subject).toBe(cleanText(message.subject, 250));
      }),
      { numRuns: 1_000 },
    );
  });

  test('mailparser reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(composition, async (message) => {
        const mail = await simpleParser(composeText(message));
        const to = Array.isArray(mail.to) ? mail.to.flatMap(({ value }) => value) : (mail.to?.value ?? []);
        expect(mail.from?.value.map(({ address }) => address)).toEqual(['support@example.com']);
        expect(to.map(({ address }) => address)).toEqual(['jane@example.org']);
        expect([...mail.headers.keys()].filter((name) => !ALLOWED.has(name))).toEqual([]);
        expect(mail.attachments).toEqual([]);
        expect(cleanText(mail.subject ?? '', 250)).toBe(cleanText(message.subject, 250));
        expect((mail.text ?? '').trimEnd()).toBe(cleanLines(message.text).trimEnd());
      }),
      { numRuns: 300 },
    );
  });
});

test('quoted-printable lines are short, and end in nothing that is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }).map((line) => line.replace(/[\r\n]/g, '')),
      (line) => {
        for (const encoded of encodeQuotedPrintable(line).split('\r\n')) {
          expect(encoded.length).toBeLessThanOrEqual(MAX_ENCODED_LINE_CHARACTERS);
          expect(encoded).not.toMatch(/[ \t]$|^\./);
        }
      },
    ),
  );
});

test('long names decode to themselves', () => {
  const name = 'größer '.repeat(25).trim();
  expect(
    decodeText(factsOf(composeText({ ...PLAIN, from: { name, address: 'a@example.com' } })).sender.name),
  ).toBe(name);
});
