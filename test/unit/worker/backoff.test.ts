import { expect, it } from 'vitest';
import { backoffDelay, MAX_DELAY_MS } from '../../../src/worker/backoff.js';

const LEAST = () => 0;
const MOST = () => 0.999_999;

it.each([
  [0, 500, 1000],
  [1, 500, 1000],
  [2, 1000, 2000],
  [5, 8000, 16_000],
  [9, 128_000, 256_000],
  [10, MAX_DELAY_MS / 2, MAX_DELAY_MS],
  [1000, MAX_DELAY_MS / 2, MAX_DELAY_MS],
  [Number.MAX_SAFE_INTEGER, MAX_DELAY_MS / 2, MAX_DELAY_MS],
])('after %i failures from %i to %i ms', (failures, least, most) => {
  expect(backoffDelay(failures, LEAST)).toBe(least);
  expect(backoffDelay(failures, MOST)).toBe(most);
});
