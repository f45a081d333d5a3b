/** Bodies whose encoding holds only in parts. */
import { describe, expect, test } from 'vitest';
import { decodeTransfer } from '../../../../src/message/body/transfer-encoding.js';

const WORDS = 'My printer 12 is broken.';
const ENCODED = Buffer.from(WORDS).toString('base64');
const decoded = (encoding: string, text: string): string =>
  decodeTransfer(encoding, Buffer.from(text)).toString().trim();

describe('base64 with something below that is none', () => {
  test('has no padding', () => expect(ENCODED).not.toContain('='));

  test.each([
    ['a footer', `${ENCODED}\n-- \nScanned by a gateway.\n`, `${WORDS}\n-- \nScanned by a gateway.`],
    ['a footer behind an empty line', `${ENCODED}\r\n\r\nA list, (of ours)`, `${WORDS}\nA list, (of ours)`],
    ['nothing', `${ENCODED}\n`, WORDS],
    ['plain text whose first line is a word', 'Internationalization\n\nis a long word.', null],
    ['plain text whose first line is a short word', 'Hi42\n\nthis is plain, (as can be seen).', null],
    ['plain text whose first line is a long number', '12345678901234567890123\n\nwas it, I think.', null],
  ])('%s', (_, text, expected) => {
    expect(decoded('base64', text)).toBe(expected ?? text);
  });

  test('is looked for in linear work', () => {
    const begin = performance.now();
    decodeTransfer('base64', Buffer.from('abcd\n'.repeat(800_000)));
    decodeTransfer('base64', Buffer.from('\n'.repeat(4_000_000)));
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});

test.each([
  ['quoted-printable (a comment)', 'a=3Db', 'a=b'],
  ['Quoted_Printable', 'a=3Db', 'a=b'],
  ['(only a comment)', 'a=3Db', 'a=3Db'],
])('the encoding %s', (encoding, text, expected) => {
  expect(decoded(encoding, text)).toBe(expected);
});

test('decodes many megabytes, in lines and in one, wherever they end', () => {
  const large = Buffer.alloc(24_000_000, 'large');
  const encoded = large.toString('base64');
  for (const text of [encoded, encoded.replaceAll(/.{76}/g, '$&\r\n'), `${encoded}\r\n`])
    expect(decodeTransfer('base64', Buffer.from(text)).equals(large)).toBe(true);
});
