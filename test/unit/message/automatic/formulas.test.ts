/** Set phrases are found as an expression with `iu` would find them, of which the first alternative counts. */
import { expect, test } from 'vitest';
import { Formulas } from '../../../../src/message/automatic/formulas.js';

const WORDS = ['out of office', 'out', '[ooo]', 'ooo', 'straße', 'εκτός', 'i̇şyeri', 'işyeri', '不在'];
const opening = new Formulas({ words: WORDS, before: /^(?:\*+ ?)?\[?/u });
const closing = new Formulas({ words: WORDS, before: /(?: -) ?/u, after: /^!?$/u });
const wordsIn = (formulas: Formulas, text: string): string | null => formulas.in(text)?.words ?? null;

test('of several phrases at one place the first of the list is read, as it stands there', () => {
  expect(opening.in('** Out of Office until Monday')).toEqual({ words: 'Out of Office', end: 16 });
  expect(wordsIn(opening, 'Outside')).toBe('Out');
  expect(wordsIn(opening, 'my out of office')).toBeNull();
  expect(wordsIn(opening, '')).toBeNull();
});

test('what may stand in front takes as much as it can', () => {
  expect(wordsIn(opening, '[OOO] Printer')).toBe('OOO');
});

test('elsewhere the first phrase counts that has before and after it what it must have', () => {
  expect(wordsIn(closing, 'out - out - ooo!')).toBe('ooo');
  expect(wordsIn(closing, 'ooo - ooo.')).toBeNull();
  expect(wordsIn(closing, 'x - [ooo]')).toBe('[ooo]');
});

test('letters are compared without case, one by one', () => {
  for (const text of ['STRAẞE', 'ſtraße', 'ΕΚΤΌΣ', 'İşyeri'.replace('İ', 'i'), '不在'])
    expect(wordsIn(opening, text)).toBe(text);
  for (const text of ['STRASSE', 'ışyeri', 'İşyeri', 'I']) expect(wordsIn(opening, text)).toBeNull();
});
