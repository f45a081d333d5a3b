import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIDDEN, hideIn, hideInOurs } from '../../../src/problem/hidden.js';

describe('a secret in text that is not ours', () => {
  it('is blanked, whatever it is and whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), fc.string(), (secret, a, b) => {
        const hidden = hideIn(`${a}${secret}${b}`, [secret]);
        expect(hidden).toContain(HIDDEN);
        expect(hidden.split(HIDDEN).some((piece) => piece.includes(secret))).toBe(false);
      }),
    );
  });

  it('is blanked whole where one secret is a part of another', () => {
    expect(hideIn('it is password1, or pass', ['pass', 'password1'])).toBe('it is [hidden], or [hidden]');
    expect(hideIn('it is password1, or pass', ['password1', 'pass'])).toBe('it is [hidden], or [hidden]');
  });

  it('leaves the rest as it was', () => {
    for (const secrets of [[], [''], ['none of it']])
      expect(hideIn('QUJDREVG is no secret %41', secrets)).toBe('QUJDREVG is no secret %41');
  });
});

describe('a secret in a sentence of ours', () => {
  it.each([
    'pass',
    'imap.password',
    'sign-in',
    'the',
    '1143',
    '25',
    'a1',
    'x7!',
    'Straße',
    'no mail from here',
  ])('is left, if it may be a word of ours: %s', (secret) => {
    expect(hideInOurs(`we say ${secret} here`, [secret])).toBe(`we say ${secret} here`);
  });

  it.each(['hunter2', 'correct horse battery staple', 'Tr0ub4dor&3', 'pass!word', 'pass\tw0rd'])(
    'is blanked, if it can be none: %s',
    (secret) => {
      expect(hideInOurs(`we say ${secret} here`, [secret])).toBe('we say [hidden] here');
    },
  );
});

describe('secrets that come and go', () => {
  it('are hidden as soon as they are there, and no longer', () => {
    const secrets = new Set(['first-secret-1']);
    const text = 'first-secret-1 and second-secret-2';
    expect(hideIn(text, secrets)).toBe('[hidden] and second-secret-2');
    secrets.add('second-secret-2');
    expect(hideIn(text, secrets)).toBe('[hidden] and [hidden]');
    secrets.delete('first-secret-1');
    expect(hideIn(text, secrets)).toBe('first-secret-1 and [hidden]');
    secrets.delete('second-secret-2');
    expect(hideIn(text, secrets)).toBe(text);
  });

  it('are each hidden where there are thousands, in whatever form', () => {
    const secrets = new Set(Array.from({ length: 3000 }, (_, index) => `pass word/${index}"`));
    for (const form of [
      'pass word/2999"',
      'pass word/2999\\"',
      'pass%20word%2F2999%22',
      'pass+word%2F2999%22',
    ])
      expect(hideIn(`it is ${form}.`, secrets)).toBe('it is [hidden].');
    const inBase64 = Buffer.from('\0user\0pass word/17"').toString('base64');
    expect(hideIn(`AUTH ${inBase64}`, secrets)).toBe('AUTH [hidden]');
  });
});
