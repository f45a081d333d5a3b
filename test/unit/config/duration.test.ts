import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/duration.js';

it.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['2d', 172_800_000],
  ['999999d', 86_399_913_600_000],
])('%s is %i ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

it.each(['', '2', 'd', '0d', '-1d', '1.5h', '2 d', '2D', '1000000s', '2d1h', '２d'])(
  '%j is none',
  (written) => {
    expect(parseDuration(written)).toBeNull();
  },
);
