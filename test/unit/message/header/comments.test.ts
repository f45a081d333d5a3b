/** Comments are taken out however they nest, in bounded work. */
import { expect, test } from 'vitest';
import { MAX_COMMENT_DEPTH, withoutComments } from '../../../../src/message/header/comments.js';

function nested(depth: number): string {
  return `${'('.repeat(depth)}x${')'.repeat(depth)}no`;
}

test.each([
  ['no', 'no'],
  ['no (by hand)', 'no'],
  ['(a (b) c) no (d)', 'no'],
  ['no (never closed', 'no (never closed'],
  ['no )', 'no )'],
])('%s', (value, bare) => {
  expect(withoutComments(value).trim()).toBe(bare);
});

test('as deep as the limit, and no deeper', () => {
  expect(withoutComments(nested(MAX_COMMENT_DEPTH)).trim()).toBe('no');
  expect(withoutComments(nested(MAX_COMMENT_DEPTH + 1))).toContain('(');
});
