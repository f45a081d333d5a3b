import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cleanFileName,
  listAttachments,
  MAX_FILE_NAME_CHARACTERS,
  MAX_LISTED_ATTACHMENTS,
} from '../../../../src/message/body/attachments.js';
import { MAX_TEXT_CHARACTERS, readPart } from '../../../../src/message/body/decode-part.js';
import { bodyParts, MAX_PART_DEPTH, MAX_PARTS } from '../../../../src/message/body/message-parts.js';
import type { MessagePart } from '../../../../src/message/body/structure.js';
import { chooseTextPart } from '../../../../src/message/body/word-parts.js';
import { readMessage } from '../../../../src/message/body/words.js';
import { readText, shownWords } from '../../../../src/message/quotes/shown-words.js';
import { partOf } from '../parse.js';

const multipart = (...children: readonly MessagePart[]): MessagePart =>
  partOf('multipart/mixed', { path: '', children });

const alternative = (...children: readonly MessagePart[]): MessagePart =>
  partOf('multipart/alternative', { path: '', children });

describe('chooseTextPart', () => {
  const plain = partOf('text/plain', { path: '1' });
  const html = partOf('text/html', { path: '2' });
  const file = partOf('text/plain', { path: '3', disposition: 'attachment' });
  const named = partOf('text/plain', { path: '4', fileName: 'log.txt' });

  test.each([
    ['the plain text', alternative(html, plain), plain],
    ['the only part', plain, plain],
    ['nested', multipart(multipart(alternative(html, plain)), file), plain],
    ['HTML without plain text', multipart(file, named, html), html],
    [
      'inline plain text',
      partOf('text/plain', { disposition: 'inline' }),
      partOf('text/plain', { disposition: 'inline' }),
    ],
    ['nothing in attachments', multipart(file, { ...named, disposition: 'attachment' }), null],
    ['nothing in an attached message', multipart(partOf('message/rfc822', { children: [plain] })), null],
    ['nothing', null, null],
  ])('%s', (_, structure, chosen) => {
    expect(chooseTextPart(structure)).toEqual(chosen);
  });

  test('looks at so many parts and levels', () => {
    const many = (count: number) => multipart(...Array.from({ length: count }, () => file), plain);
    expect(chooseTextPart(many(MAX_PARTS - 2))).toEqual(plain);
    expect(chooseTextPart(many(MAX_PARTS - 1))).toBeNull();
    const nested = (depth: number): MessagePart => (depth === 0 ? plain : multipart(nested(depth - 1)));
    expect(chooseTextPart(nested(MAX_PART_DEPTH))).toEqual(plain);
    expect(chooseTextPart(nested(MAX_PART_DEPTH + 1))).toBeNull();
    expect([...bodyParts(nested(5_000))]).toEqual([]);
  });
});

describe('readPart', () => {
  test.each([
    ['plain', partOf('text/plain'), 'Hello\r\n\r\nyou\r\n', 'Hello\n\nyou'],
    [
      'quoted-printable',
      partOf('text/plain', { encoding: 'quoted-printable', charset: 'iso-8859-1' }),
      'Gr=FC=\r\n=DFe',
      'Grüße',
    ],
    [
      'cut quoted-printable',
      partOf('text/plain', { encoding: 'quoted-printable', charset: 'utf-8' }),
      'Gr=C3=BC=C',
      'Grü=C',
    ],
    ['base64, cut', partOf('text/plain', { encoding: 'BASE64', charset: 'utf-8' }), 'R3LDvMOfZS', 'Grüße'],
    [
      'HTML',
      partOf('text/html', { charset: 'utf-8' }),
      '<style>x</style><p>Hello</p><script>alert(1)</script><p>you</p>',
      'Hello\n\nyou',
    ],
    ['an unknown charset', partOf('text/plain', { charset: 'x-unknown"\r\nX: y' }), 'Hello', 'Hello'],
    ['an unknown encoding', partOf('text/plain', { encoding: 'x-uue' }), 'Hello', 'Hello'],
    ['no charset, and no UTF-8', partOf('text/plain'), Buffer.from('Grüße', 'latin1'), 'Grüße'],
    [
      'no charset, and UTF-8 that is cut',
      partOf('text/plain'),
      Buffer.from('Grüß').subarray(0, -1),
      'Grü\ufffd',
    ],
    ['a lie about UTF-16', partOf('text/plain', { charset: 'utf-16' }), 'Hello', 'Hello'],
    ['UTF-16', partOf('text/plain', { charset: 'utf-16le' }), Buffer.from('Hello', 'utf16le'), 'Hello'],
    ['controls', partOf('text/plain'), 'a\u001b[31m\0b', 'a[31mb'],
    ['nothing', partOf('text/plain'), '', ''],
    ['text that looks like a header', partOf('text/plain'), 'From: x\r\n\r\ny', 'From: x\n\ny'],
  ])('%s', async (_, part, ...[bytes, text]) => {
    expect(await readPart(part, Buffer.from(bytes as string))).toBe(text);
  });

  test('never rejects', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('text/html', 'text/plain'),
        fc.constantFrom('base64', 'quoted-printable', null),
        async (bytes, type, encoding) => {
          const text = await readPart(partOf(type, { encoding, charset: 'utf-8' }), Buffer.from(bytes));
          expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
        },
      ),
    );
  });
});

test('readMessage tells the text and what is attached', async () => {
  const raw = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello',
    '--b',
    'Content-Type: application/pdf; name="../../x.pdf"',
    'Content-Disposition: attachment; filename="../../x.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'AAAA',
    '--b--',
    '',
  ].join('\r\n');
  expect(await readMessage(Buffer.from(raw))).toEqual({
    text: 'Hello',
    attachments: [{ fileName: 'x.pdf', type: 'application/pdf', size: 3 }],
    cut: false,
    notes: [],
  });
  expect(await readMessage(Buffer.alloc(0))).toEqual({ text: '', attachments: [], cut: false, notes: [] });
});

const pictures = (count: number): MessagePart =>
  multipart(...Array.from({ length: count }, () => partOf('image/png')));

describe('listAttachments', () => {
  test('lists all but the text', () => {
    const structure = multipart(
      multipart(partOf('text/plain'), partOf('text/html')),
      partOf('image/png', { disposition: 'inline', size: 9 }),
      partOf('text/plain', { fileName: 'log.txt' }),
      partOf('message/rfc822', { children: [partOf('application/zip')] }),
    );
    expect(listAttachments(structure)).toEqual([
      { fileName: 'unnamed', type: 'image/png', size: 9 },
      { fileName: 'log.txt', type: 'text/plain', size: 100 },
      { fileName: 'unnamed', type: 'message/rfc822', size: 100 },
    ]);
    expect(listAttachments(null)).toEqual([]);
  });

  test('at its limit', () => {
    expect(listAttachments(pictures(MAX_LISTED_ATTACHMENTS))).toHaveLength(MAX_LISTED_ATTACHMENTS);
    expect(listAttachments(pictures(MAX_LISTED_ATTACHMENTS + 1))).toHaveLength(MAX_LISTED_ATTACHMENTS);
  });
});

describe('cleanFileName', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\x\\y.exe', 'y.exe'],
    ['C:', 'C_'],
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['console.txt', 'console.txt'],
    ['.bashrc', 'bashrc'],
    ['..', 'unnamed'],
    ['', 'unnamed'],
    ['a\r\nb\0.txt', 'a b.txt'],
    ['exe.\u202egpj', 'exe. gpj'],
    ['a<b>|"c"?.txt', 'a_b___c__.txt'],
    ['=?utf-8?Q?J=C3=A4ne.txt?=', 'Jäne.txt'],
    ['=?utf-8?Q?..=2Fx.txt?=', '_x.txt'],
    ['日本.txt', '日本.txt'],
  ])('%j is %j', (name, clean) => {
    expect(cleanFileName(name)).toBe(clean);
  });

  test('keeps the extension of a long name', () => {
    expect(cleanFileName(`${'x'.repeat(MAX_FILE_NAME_CHARACTERS - 4)}.pdf`)).toHaveLength(
      MAX_FILE_NAME_CHARACTERS,
    );
    const long = cleanFileName(`${'x'.repeat(1_000)}.pdf`);
    expect([long.length, long.slice(-5)]).toEqual([MAX_FILE_NAME_CHARACTERS, '….pdf']);
  });

  test('of anything makes a harmless name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const clean = cleanFileName(name);
        expect(clean).toMatch(/^[^.\s][^\0-\x1f/\\:*?"<>|]*$/u);
        expect(clean.length).toBeLessThanOrEqual(MAX_FILE_NAME_CHARACTERS);
      }),
    );
  });
});

const excerpt = (text: string, maxChars: number, maxLines: number) =>
  shownWords(readText(text, { first: false, known: ['Jane', 'jane@example.com'], earlier: null }), {
    maxChars,
    maxLines,
  });

describe('excerpt', () => {
  const QUOTE = '> old\n> text';

  test.each([
    ['plain words', 'Hello\n\n\n\nyou', 'Hello\n\nyou'],
    ['a quotation at the end', `Yes.\n\nOn Mon, 1 Jan 2026, Jane wrote:\n${QUOTE}\n`, 'Yes.'],
    [
      'an introduction over two lines',
      `Yes.\n\nOn Mon, 1 Jan 2026 at 10:00, Jane Doe\n<jane@example.com> wrote:\n\n${QUOTE}`,
      'Yes.',
    ],
    ['a German one', `Ja.\n\nAm 01.01.2026 um 10:00 schrieb Jane:\n${QUOTE}`, 'Ja.'],
    ['a quotation without introduction', `Yes, here:\n\n${QUOTE}`, `Yes, here:\n\n${QUOTE}`],
    ['answers between quotations', '> one?\nYes.\n> two?\nNo.', '> one?\nYes.\n> two?\nNo.'],
    ['an answer below a quotation', `${QUOTE}\n\nYes.`, `${QUOTE}\n\nYes.`],
    ['nothing but a quotation', QUOTE, QUOTE],
    ['nothing but an introduced quotation', `Jane wrote:\n${QUOTE}`, `Jane wrote:\n${QUOTE}`],
    [
      'an original message',
      'Yes.\n\n-----Original Message-----\nFrom: x\n\nold',
      'Yes.\n\n-----Original Message-----\nFrom: x\n\nold',
    ],
    [
      "Outlook's block",
      'Yes.\n\nFrom: Jane <jane@example.com>\nSent: Monday\nTo: x\nSubject: y\n\nold',
      'Yes.\n\nFrom: Jane <jane@example.com>\nSent: Monday\nTo: x\nSubject: y\n\nold',
    ],
    [
      'a forwarded message alone',
      '-----Original Message-----\nFrom: x\n\nold',
      '-----Original Message-----\nFrom: x\n\nold',
    ],
    ['a sentence with From', 'From: here to there\nI walk.', 'From: here to there\nI walk.'],
    ['controls', 'a\u001b[1m\u202eb', 'a[1mb'],
    ['nothing', '', ''],
  ])('%s', (_, text, expected) => {
    expect(excerpt(text, 1_000, 50).text).toBe(expected);
  });

  test('is cut by lines and by characters', () => {
    expect(excerpt('1\n2\n3', 100, 3)).toEqual({ text: '1\n2\n3', left: null });
    expect(excerpt('1\n2\n3\n4', 100, 3)).toEqual({ text: '1\n2\n3', left: { lines: 1, quoted: 0 } });
    expect(excerpt('12345', 5, 3)).toEqual({ text: '12345', left: null });
    expect(excerpt('123456', 5, 3)).toEqual({ text: '1234…', left: { lines: 1, quoted: 0 } });
    expect(excerpt('123\n\n> 4', 5, 3)).toEqual({ text: '123', left: { lines: 1, quoted: 1 } });
  });

  test('reads a text up to its limit', () => {
    const text = `${' '.repeat(MAX_TEXT_CHARACTERS - 1)}ab`;
    expect(excerpt(text, 10, 10).text).toBe('a');
  });

  test('is bounded, and empty only for an empty text', () => {
    const line = fc.constantFrom(
      '> a',
      'On Monday Jane wrote:',
      '',
      'x',
      '-----Original Message-----',
      'From: a',
      'Sent: b',
      '____________________________',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')),
        (text) => {
          const { text: short } = excerpt(text, 40, 4);
          expect(short.length).toBeLessThanOrEqual(40);
          expect(short.split('\n').length).toBeLessThanOrEqual(5);
          expect(short === '').toBe(text.trim() === '');
        },
      ),
    );
  });
});
