/** What is read of a message, for how many bytes, and what a reader is told besides its words. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readParts } from '../../../../src/message/body/read-structure.js';
import { trueStructure } from '../../../../src/message/body/true-structure.js';
import { MAX_NOTES, MAX_PIECES } from '../../../../src/message/body/word-parts.js';
import {
  MAX_TEXTS,
  type ReadingLimits,
  readMessage,
  readWords,
  type Words,
} from '../../../../src/message/body/words.js';
import { partOf } from '../parse.js';

const LIMITS: ReadingLimits = { steps: [1_000, 10_000, 100_000], enough: 400 };

const lines = (...some: readonly string[]) => Buffer.from(some.join('\r\n'));
const sample = (name: string) => readFileSync(new URL(`../../../corpus/words/${name}.eml`, import.meta.url));

/** As a mailbox is read: with the requests that were made. */
async function readAsStored(raw: Buffer, limits = LIMITS): Promise<Words & { asked: readonly string[] }> {
  const { structure, bodies } = readParts(raw);
  const reader = readWords(structure, limits);
  const asked: string[] = [];
  let step = await reader.next();
  while (step.done !== true) {
    const { path, maxBytes } = step.value;
    asked.push(`${path} ${maxBytes}`);
    step = await reader.next((bodies.get(path) ?? Buffer.alloc(0)).subarray(0, maxBytes));
  }
  return { ...step.value, asked };
}

const multipart = (type: string, ...parts: readonly (readonly string[])[]) =>
  lines(
    `Content-Type: multipart/${type}; boundary=b`,
    '',
    ...parts.flatMap((part) => ['--b', ...part]),
    '--b--',
  );
const plain = (text: string) => ['Content-Type: text/plain', '', text];
const html = (text: string) => ['Content-Type: text/html', '', text];

describe('of a mailbox is asked for', () => {
  test('one part of a plain mail, and of alternatives', async () => {
    expect(await readAsStored(lines(...plain('Hello')))).toMatchObject({ asked: ['1 1000'], text: 'Hello' });
    const both = multipart('alternative', plain('Hello'), html('<p>Hello</p>'));
    expect(await readAsStored(both)).toMatchObject({ asked: ['1 1000'], text: 'Hello' });
  });

  test('the HTML only where the plain part is blank', async () => {
    const both = multipart('alternative', plain(' '), html('<p>Hello</p>'));
    expect(await readAsStored(both)).toMatchObject({ asked: ['1 1000', '2 1000'], text: 'Hello' });
  });

  test('more of a part only where the first bytes hold too few words', async () => {
    const style = `<style>${'.a{}'.repeat(2_000)}</style>`;
    const behind = await readAsStored(lines(...html(`${style}<p>Hello</p>`)));
    expect(behind).toMatchObject({ asked: ['1 1000', '1 10000'], text: 'Hello', cut: false });
    const long = await readAsStored(lines(...html(`<p>${'word '.repeat(3_000)}</p>`)));
    expect(long).toMatchObject({ asked: ['1 1000'], cut: true });
    const never = await readAsStored(lines(...html(`<style>${'.a{}'.repeat(50_000)}`)));
    expect(never).toMatchObject({
      asked: ['1 1000', '1 10000', '1 100000'],
      text: '',
      cut: true,
    });
  });

  test('no further part once there are enough words', async () => {
    const two = multipart('mixed', plain('word '.repeat(100)), plain('more'));
    expect(await readAsStored(two)).toMatchObject({ asked: ['1 1000'], cut: true });
    const few = multipart('mixed', plain('word'), plain('more'));
    expect(await readAsStored(few)).toMatchObject({
      asked: ['1 1000', '2 1000'],
      text: 'word\n\nmore',
      cut: false,
    });
  });

  test('at most so many parts', async () => {
    const many = (count: number) =>
      multipart('mixed', ...Array.from({ length: count }, (_, index) => plain(`p${index}`)));
    const atLimit = await readAsStored(many(MAX_PIECES));
    expect([atLimit.asked.length, atLimit.cut]).toEqual([MAX_PIECES, false]);
    const beyond = await readAsStored(many(MAX_PIECES + 1));
    expect([beyond.asked.length, beyond.cut]).toEqual([MAX_PIECES, true]);
  });

  test('nothing without a structure, and of files', async () => {
    const reader = readWords(null, LIMITS);
    expect((await reader.next()).done).toBe(true);
    expect((await readAsStored(multipart('mixed', ['Content-Type: image/png', '', 'x']))).asked).toEqual([]);
  });
});

describe('the same words are read', () => {
  const names = [
    'apple-text-file-text',
    'banner-before-body',
    'html-behind-long-style',
    'plain-body-with-name',
    'related-inside-alternative',
    'smime-signed-ber',
    'smime-signed-der',
    'smime-signed-cut-off',
    'flowed-delsp',
    'utf-8-called-latin-1',
  ];
  test.each(names)('in a mailbox and at hand: %s', async (name) => {
    const raw = sample(name);
    const wide = { steps: [32_768, 4_194_304], enough: 4_000 };
    const { asked: _, attachments, ...stored } = await readAsStored(raw, wide);
    const { attachments: whole, ...words } = await readMessage(raw);
    expect(stored).toEqual(words);
    expect(attachments.map(({ fileName }) => fileName)).toEqual(whole.map(({ fileName }) => fileName));
  });

  test('where the server tells another structure than the header', async () => {
    const header = lines('Content-Type: multipart/alternative; boundary=b', '', '');
    const body = lines('--b', ...plain('Hello'), '--b', ...html('<p>Hello</p>'), '--b--', '');
    const told = partOf('text/plain', { size: body.length });
    const structure = trueStructure({ header, size: header.length + body.length, structure: told });
    const reader = readWords(structure, { steps: [32_768], enough: 400 });
    expect((await reader.next()).value).toEqual({ path: 'TEXT', maxBytes: 32_768 });
    expect(await reader.next(body)).toMatchObject({ done: true, value: { text: 'Hello', attachments: [] } });
  });
});

describe('the header is believed before the structure', () => {
  const read = (structure: ReturnType<typeof partOf> | null, ...fields: readonly string[]) => {
    const header = lines(...fields, '', '');
    return trueStructure({ header, size: header.length + 10, structure });
  };
  const told = partOf('text/plain', { charset: null, encoding: '7bit', size: 10 });

  test.each([
    [['Content-Type: text/html; charset=koi8-r'], { type: 'text/html', charset: 'koi8-r', encoding: null }],
    [['Content-Type: html', 'Content-Transfer-Encoding: BASE64'], { type: 'text/html', encoding: 'base64' }],
    [['Content-Type: text/plain; format=flowed; delsp=yes'], { flowed: 'delsp' }],
    [['Content-Type: x/y'], { type: 'text/plain' }],
    [['Content-Type: x/y; name=z'], { type: 'x/y', fileName: 'z' }],
    [['Content-Type: application/pdf'], { type: 'application/pdf' }],
    [['Subject: x'], { type: 'text/plain' }],
  ])('%j', (fields, expected) => {
    expect(read(told, ...fields)).toMatchObject({ path: '1', size: 10, ...expected });
  });

  test('but not about the parts of a multipart, which have the numbers of the server', () => {
    const parts = partOf('multipart/mixed', { path: '', children: [told] });
    expect(read(parts, 'Content-Type: multipart/alternative; boundary=b')).toBe(parts);
    expect(read(parts, 'Content-Type: text/html')).toBe(parts);
  });

  test('but for the one empty text that a server tells where it finds no part', () => {
    const hollow = partOf('multipart/mixed', { path: '', children: [partOf('text/plain', { size: 0 })] });
    expect(read(hollow, 'Content-Type: multipart/mixed; boundary=b')).toMatchObject({ path: 'TEXT' });
    const two = { ...hollow, children: [...hollow.children, ...hollow.children] };
    expect(read(two, 'Content-Type: multipart/mixed; boundary=b')).toBe(two);
  });

  test('also where the server tells nothing', () => {
    expect(read(null, 'Content-Type: text/html')).toMatchObject({
      path: 'TEXT',
      type: 'text/html',
      size: 10,
    });
    expect(read(null, 'Content-Type: multipart/mixed; boundary=b').header).toBeInstanceOf(Buffer);
  });
});

describe('a reader is told', () => {
  test.each([['pgp-mime-encrypted'], ['pgp-inline-encrypted'], ['smime-enveloped']])(
    'that it is encrypted: %s',
    async (name) => {
      expect((await readMessage(sample(name))).notes).toEqual([{ kind: 'encrypted' }]);
      expect((await readAsStored(sample(name))).notes).toEqual([{ kind: 'encrypted' }]);
    },
  );

  test.each([
    ['S/MIME without its type', ['Content-Type: application/pkcs7-mime; name=smime.p7m']],
    ['S/MIME as octets', ['Content-Type: application/octet-stream; name=smime.p7m']],
  ])('that it is encrypted: %s', async (_, fields) => {
    const [, body = ''] = sample('smime-enveloped').toString('latin1').split('\n\n', 2);
    const raw = lines(...fields, 'Content-Transfer-Encoding: base64', '', body);
    expect((await readMessage(raw)).notes).toEqual([{ kind: 'encrypted' }]);
  });

  test('nothing of PGP that is quoted, signed or attached', async () => {
    for (const text of [
      '> -----BEGIN PGP MESSAGE-----\r\n> x\r\n> -----END PGP MESSAGE-----',
      '-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello',
      'The line -----BEGIN PGP MESSAGE----- begins it.',
    ])
      expect((await readMessage(lines(...plain(text)))).notes).toEqual([]);
  });

  test('of the messages that are attached', async () => {
    expect((await readMessage(sample('message-attached'))).notes).toEqual([
      { kind: 'attached-message', subject: 'Order 778', from: 'Bob Müller <bob@other.test>' },
    ]);
    const attached = ['Content-Type: message/rfc822', '', 'Subject: a', '', 'x'];
    const many = (count: number) => multipart('mixed', ...Array.from({ length: count }, () => attached));
    expect((await readMessage(many(MAX_NOTES))).notes).toHaveLength(MAX_NOTES);
    expect((await readMessage(many(MAX_NOTES + 1))).notes).toHaveLength(MAX_NOTES);
    expect((await readMessage(multipart('report', plain('It came back.'), attached))).notes).toEqual([]);
  });

  test('of an attached message nothing that moves or hides text', async () => {
    const attached = ['Content-Type: message/rfc822', '', 'Subject: a\u202eb\u001b[1m', 'From: x', '', 'y'];
    const { notes } = await readMessage(multipart('mixed', attached));
    expect(notes).toEqual([{ kind: 'attached-message', subject: 'a b[1m', from: '' }]);
  });
});

describe('what is attached', () => {
  const files = async (name: string) =>
    (await readMessage(sample(name))).attachments.map(({ fileName }) => fileName);
  test.each([
    ['apple-text-file-text', ['log.pdf']],
    ['exchange-names-text-behind-file', ['log.pdf', 'ATT00001.txt']],
    ['text-and-attached-log', ['app.log']],
    ['text-and-named-inline-text', ['notes.txt']],
    ['text-and-attached-csv', ['unnamed']],
    ['plain-body-with-name', []],
    ['plain-body-with-name-only', ['body.txt', 'cam.jpg']],
    ['alternatives-with-names', []],
    ['blank-body-and-named-text', ['event.txt']],
    ['type-pdf-only', ['scan.pdf']],
    ['type-markdown', []],
    ['message-attached', ['Order.eml']],
    ['smime-signed-ber', ['offer.pdf']],
    ['smime-signed-through-list', ['offer.pdf']],
    ['smime-signed-file', ['contract.pdf.p7m']],
    ['smime-enveloped', ['smime.p7m']],
    ['smime-detached', ['offer.pdf', 'smime.p7s']],
  ])('to %s', async (name, expected) => {
    expect(await files(name)).toEqual(expected);
  });
});

test('whatever a message holds, it is read', async () => {
  const piece = fc.constantFrom(
    '--b',
    '--b--',
    '',
    'Content-Type: multipart/alternative; boundary=b',
    'Content-Type: text/html',
    'Content-Type: application/pkcs7-mime',
    'Content-Transfer-Encoding: base64',
    'MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgASC',
    '<style>',
    '<a href="',
    '-----BEGIN PGP MESSAGE-----',
    'x ',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (some) => {
      const words = await readMessage(lines('Content-Type: multipart/mixed; boundary=b', '', ...some));
      expect(words.text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
    }),
  );
});

test('of a message in hundreds of texts no more than some are asked for, and that is said', async () => {
  const inside = Array.from({ length: 300 }, () => ['--i', ...plain(' ')]).flat();
  const mixed = ['Content-Type: multipart/mixed; boundary=i', '', ...inside, '--i--'];
  const { asked, cut } = await readAsStored(multipart('alternative', mixed, html('x')));
  expect(asked).toHaveLength(MAX_TEXTS);
  expect(cut).toBe(true);
});
