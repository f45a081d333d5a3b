import { expect, test } from 'vitest';
import { SPAM_FIELDS, spamMarks } from '../../../../src/message/header/spam-marks.js';
import { blockOf } from '../parse.js';

test.each([
  [['X-Spam-Flag: YES'], 1],
  [['X-Spam-Flag: yes', 'X-Spam-Status: Yes, score=17.2'], 2],
  [['X-Spam: True'], 1],
  [['X-Spam-Flag: NO', 'X-Spam-Status: No, score=-1'], 0],
  [['X-Spam-Status: yesterday'], 0],
  [['X-Spam-Flag:'], 0],
  [['X-My-Filter: yes'], 0],
])('%j has %i marks', (lines, marks) => {
  expect(spamMarks(blockOf(...lines), SPAM_FIELDS)).toHaveLength(marks);
});

test('a desk may name other fields', () => {
  expect(spamMarks(blockOf('X-My-Filter: Spam', 'X-Spam-Flag: YES'), ['X-My-Filter'])).toEqual([
    'X-My-Filter says that it is spam.',
  ]);
  expect(spamMarks(blockOf('X-Spam-Flag: YES'), [])).toEqual([]);
});
