import { expect, it } from 'vitest';
import { Allowance } from '../../../../src/worker/run/allowance.js';

it('allows some at once, then one for each span of time, and never saves up more', () => {
  let now = 500;
  const allowance = new Allowance({ atOnce: 2, everyMs: 1000, clock: () => now });
  const taken = (times: number): readonly boolean[] => Array.from({ length: times }, () => allowance.take());
  expect(taken(3)).toEqual([true, true, false]);
  now += 999;
  expect(taken(1)).toEqual([false]);
  now += 1;
  expect(taken(2)).toEqual([true, false]);
  now += 1_000_000;
  expect(taken(3)).toEqual([true, true, false]);
});
