import { describe, expect, it } from 'vitest';
import { base32, keyedHash, sameToken, signature, token } from '../../../../src/desk/sign/signature.js';

/** Crockford's alphabet in its order, five bits each. */
const ALL_LETTERS = Buffer.from('00443214c74254b635cf84653a56d7c675be77df', 'hex');

describe('base32', () => {
  it.each([
    [ALL_LETTERS, 32, '0123456789abcdefghjkmnpqrstvwxyz'],
    [ALL_LETTERS, 5, '01234'],
    [Buffer.from([0xff, 0x00]), 20, 'zw0'],
    [Buffer.from([]), 8, ''],
  ])('of %o, %i characters', (bytes, characters, text) => {
    expect(base32(bytes, characters)).toBe(text);
  });
});

describe('what is signed', () => {
  it.each([
    ['a token', token, /^[0-9a-hjkmnp-tv-z]{8}$/],
    ['a digest', keyedHash, /^[0-9a-hjkmnp-tv-z]{20}$/],
    ['a signature', signature, /^[0-9a-f]{64}$/],
  ] as const)('as %s hangs on secret, label and each part', (_, sign, form) => {
    const all = [
      sign('secret', 'label', ['ab', 'c']),
      sign('secrets', 'label', ['ab', 'c']),
      sign('secret', 'labels', ['ab', 'c']),
      sign('secret', 'label', ['a', 'bc']),
      sign('secret', 'label', ['ab', 'c', '']),
      sign('secret', 'label', ['abc']),
      sign('secret', 'label', []),
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const one of all) expect(one).toMatch(form);
    expect(sign('secret', 'label', ['ab', 'c'])).toBe(all[0]);
  });

  // Mail that was sent years ago must still verify.
  it('stays as it is through every version', () => {
    expect(token('secret', 'label', ['a', 'é'])).toBe('91ebjc5x');
    expect(signature('secret', 'label', ['a'])).toBe(
      '97ca6444c76d1da4f7c1b84521b2dd80860e872730b33c9f5af94e177c1c8202',
    );
  });
});

it.each([
  ['abc', 'ABC', true],
  ['abc', 'abd', false],
  ['abc', 'abcd', false],
  ['', '', true],
])('%j and %j are the same token: %s', (left, right, same) => {
  expect(sameToken(left, right)).toBe(same);
});
