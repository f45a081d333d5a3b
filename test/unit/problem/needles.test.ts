import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Needles } from '../../../src/problem/needles.js';

/** Of few letters, so that they overlap. */
const piece = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

/** Which characters of the text belong to any of them. */
function covered(text: string, needles: readonly string[]): readonly boolean[] {
  const found = Array.from({ length: text.length }, () => false);
  for (const needle of needles.filter((one) => one !== ''))
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
      found.fill(true, at, at + needle.length);
  return found;
}

it('finds each of them wherever it stands, and leaves all else', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 30 }),
      (list, text) => {
        const found = covered(text, list);
        const needles = new Needles(list);
        expect(needles.isIn(text)).toBe(found.includes(true));
        const left = found.map((isHidden, at) => (isHidden ? '' : text.charAt(at))).join('');
        expect(needles.replacedIn(text, '#').replaceAll('#', '')).toBe(left);
      },
    ),
    { seed: 7, numRuns: 2000 },
  );
});

it('makes one of what overlaps, and two of what only follows', () => {
  const needles = new Needles(['abc', 'cd', 'x']);
  expect(needles.replacedIn('1abcd2xx3', '#')).toBe('1#2##3');
  expect(new Needles([]).isEmpty).toBe(true);
  expect(new Needles(['']).replacedIn('text', '#')).toBe('text');
});
