import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cleanLines,
  cleanText,
  cutText,
  decodeText,
  MAX_DECODED_CHARACTERS,
} from '../../../../src/message/header/encoded-words.js';

const UNSAFE = /[\0-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/;

describe('decodeText', () => {
  test.each([
    ['=?utf-8?Q?Caf=C3=A9?=', 'Café'],
    ['=?iso-8859-1?q?Caf=E9?= au lait', 'Café au lait'],
    ['=?utf-8?B?w6k=?= =?utf-8?B?w6k=?=', 'éé'],
    ['=?utf-8?B?w6?= =?utf-8?B?k=?=', 'é'],
    ['=?utf-8*en?Q?a?=', 'a'],
    ['=?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=', '日本語'],
    ['=?utf-7?Q?+ADw-script+AD4-?=', '+ADw-script+AD4-'],
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?utf-8?Q?unterminated', '=?utf-8?Q?unterminated'],
    ['=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=', '=?utf-8?Q?a?='],
    ['a\0b', 'ab'],
  ])('%j is %j', (value, decoded) => {
    expect(decodeText(value)).toBe(decoded);
  });

  test('decodes no more than its limit', () => {
    expect(decodeText('x'.repeat(MAX_DECODED_CHARACTERS + 1))).toHaveLength(MAX_DECODED_CHARACTERS);
    expect(decodeText('=?utf-8?Q?a?= '.repeat(10_000)).length).toBeLessThan(MAX_DECODED_CHARACTERS);
  });

  test('never throws', () => {
    const pieces = fc.constantFrom(
      '=?',
      '?=',
      '?Q?',
      '?B?',
      'utf-8',
      'x-unknown',
      '=',
      'w6k',
      ' ',
      '\r\n',
      '*',
      '__\0JOIN\0__',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        (parts) => typeof decodeText(parts.join('')) === 'string',
      ),
    );
  });
});

describe('cleanText', () => {
  test.each([
    ['Hi\r\nBcc: v@example.com', 'Hi Bcc: v@example.com'],
    ['  a \t b  ', 'a b'],
    ['a\0b\u001b[31mc', 'ab[31mc'],
    ['gpj\u202eexe.', 'gpj exe.'],
    ['\u202babc\u202c', 'abc'],
    ['a\u200bb\u2066c', 'ab c'],
    ['a\u2028b', 'a b'],
    ['\ud800x', '\ufffdx'],
    ['日本語 😀', '日本語 😀'],
  ])('%j is %j', (value, clean) => {
    expect(cleanText(value, 100)).toBe(clean);
  });

  test('cuts at its limit with an ellipsis, never inside a character', () => {
    expect(cleanText('abcde', 5)).toBe('abcde');
    expect(cleanText('abcdef', 5)).toBe('abcd…');
    expect(cleanText('abc😀😀', 5)).toBe('abc…');
    expect(cutText('abc', 0)).toBe('');
    expect(cutText('abc', 1)).toBe('…');
    expect(cutText('abc def', 5)).toBe('abc…');
  });

  test('of anything leaves one bounded, harmless line, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (value, max) => {
          const clean = cleanText(decodeText(value), max);
          expect(clean).not.toMatch(UNSAFE);
          expect(clean.length).toBeLessThanOrEqual(max);
          expect(clean).not.toMatch(/\p{Surrogate}/u);
          expect(cleanText(clean, max)).toBe(clean);
        },
      ),
    );
  });
});

test('cleanLines keeps lines and tabs, and nothing else that controls', () => {
  expect(cleanLines('a \r\nb\rc\u2028d\te\u202e\0')).toBe('a\nb\nc\nd\te');
  expect(cleanLines('a\vb\fc\u0085d')).toBe('a\nb\nc\nd');
  // The mark above a signature ends in a space.
  expect(cleanLines('a\r\n-- \r\nJane')).toBe('a\n-- \nJane');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
      expect(cleanLines(value).replace(/[\n\t]/g, '')).not.toMatch(UNSAFE);
    }),
  );
});
