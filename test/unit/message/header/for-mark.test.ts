/** Marks beside other marks, and what is left of a subject without them. */
import { expect, test } from 'vitest';
import { readForMark, withoutForMarks } from '../../../../src/message/header/for-mark.js';

test.each([
  '[for a@example.org] [for Jane]',
  '[for Jane] [for a@example.org]',
  '[for Jane] [for Kim]',
  '[for a@example.org] [for a@example.org] [for b@example.org]',
])('%s names nobody', (subject) => {
  expect(readForMark(subject)).toEqual({ address: null });
});

test.each([
  ['x[for a@example.org]y', 'x y'],
  ['[for a@example.org]  x   y ', 'x y'],
  ['[for a@example.org] [for Kim] x', '[for Kim] x'],
  [' x  y ', ' x  y '],
  ['[for Kim]  x ', '[for Kim]  x '],
  ['', ''],
])('%j is left as %j', (subject, rest) => {
  expect(withoutForMarks(subject)).toBe(rest);
});

test('a mark has so many characters at most', () => {
  const mark = (length: number) => `[for ${'x'.repeat(length)}]`;
  expect(readForMark(mark(400))).toEqual({ address: null });
  expect(readForMark(mark(401))).toBeNull();
});
