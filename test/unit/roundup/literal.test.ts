import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Literal, NoLiteral, readLiteral } from '../../../src/roundup/literal.js';

describe('a value as Python writes it', () => {
  it.each<[string, Literal]>([
    ['None', null],
    ['True', true],
    ['0', 0],
    ['5002L', 5002],
    ['-1', -1],
    ['1.839', 1.839],
    ['1e-05', 0.00001],
    ['[]', []],
    ["['1', '3', '6']", ['1', '3', '6']],
    ['(2008, 11, 2, 9, 0, 0.0, 0, 0, 0)', [2008, 11, 2, 9, 0, 0, 0, 0, 0]],
    ["('1',)", ['1']],
    ["''", ''],
    [`"it's"`, "it's"],
    [String.raw`'both \' and "'`, `both ' and "`],
    [String.raw`'a\\n is no line\n'`, 'a\\n is no line\n'],
    [String.raw`'f\xc3\xbcr \xe2\x82\xac'`, 'für €'],
    [String.raw`u'f\xfcr \u20ac \U0001f600'`, 'für € 😀'],
    ["'für'", 'für'],
    [String.raw`'f\xfcr'`, 'für'],
    [String.raw`'\101\t\q\u20ac'`, 'A\t\\q\\u20ac'],
  ])('%s', (text, value) => {
    expect(readLiteral(text)).toEqual(value);
  });

  it.each(['', "'", "'a", '[', "['1'", "['1' '2']", '1 2', '__import__("os")', '{}', 'nan', "'a'+'b'"])(
    'is not %j',
    (text) => {
      expect(() => readLiteral(text)).toThrow(NoLiteral);
    },
  );

  it('is not nested without end', () => {
    expect(() => readLiteral('['.repeat(100_000))).toThrow(NoLiteral);
  });

  it('comes back whatever text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
        expect(readLiteral(`'${escaped.join('')}'`)).toBe(text);
      }),
    );
  });

  it('is a value or none, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`'"[](),\\xu0 1aN.L`.split('')) }), (text) => {
        try {
          readLiteral(text);
        } catch (error) {
          expect(error).toBeInstanceOf(NoLiteral);
        }
      }),
    );
  });
});
