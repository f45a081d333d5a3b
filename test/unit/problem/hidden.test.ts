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
