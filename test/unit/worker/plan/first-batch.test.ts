import { expect, it } from 'vitest';
import { BATCH_MESSAGES, BATCH_WHOLE_BYTES, firstBatch } from '../../../../src/worker/plan/first-batch.js';
import type { Pending } from '../../../../src/worker/sight/pending.js';
import { deskPolicy, message } from '../../desk/desk.js';

const policy = deskPolicy();
const HALF = BATCH_WHOLE_BYTES / 2;

function pending(from: string, size: number, count = 1): Pending[] {
  return Array.from({ length: count }, (_, index) => ({
    uid: index + 1,
    facts: { ...message({ from }), size },
    structure: null,
    quiet: false,
  }));
}

const sizes = (of: readonly Pending[]): number => firstBatch(policy, of).length;

it('is so many messages', () => {
  const small = pending('jane@example.com', 1, BATCH_MESSAGES + 1);
  expect(sizes(small)).toBe(BATCH_MESSAGES);
  expect(sizes(small.slice(0, 3))).toBe(3);
  expect(sizes([])).toBe(0);
});

it('holds of staff no more than fits into memory, but always one', () => {
  const large = pending('steve@example.org', HALF, 3);
  expect(sizes(large)).toBe(2);
  expect(sizes([...pending('steve@example.org', HALF + 1), ...large])).toBe(1);
  expect(sizes(pending('steve@example.org', 3 * HALF, 2))).toBe(1);
});

it('is not shortened by what is never read whole', () => {
  expect(sizes(pending('jane@example.com', 3 * HALF, 5))).toBe(5);
});
