import { expect, it } from 'vitest';
import { backoffDelay, MAX_DELAY_MS, NEEDS_PERSON, SIGN_IN } from '../../../../src/worker/run/backoff.js';

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

it.each([
  ['a refused sign-in', SIGN_IN, [60_000, 120_000, 240_000, 480_000, 960_000, 1_800_000, 1_800_000]],
  ['what needs a person', NEEDS_PERSON, [7500, 15_000, 30_000, 30_000]],
])('%s has a pace of its own', (_, pace, waits) => {
  expect(waits.map((_ms, index) => backoffDelay(index + 1, LEAST, pace))).toEqual(waits);
  expect(waits.map((_ms, index) => backoffDelay(index + 1, () => 1, pace))).toEqual(
    waits.map((ms) => 2 * ms),
  );
});
