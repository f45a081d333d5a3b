/** Whole numbers in the configuration. */
import { z } from 'zod';
import { expected } from './expected.js';

const MAX_COUNT = 100_000;

export function countSchema(least: number, most = MAX_COUNT) {
  const what = `a whole number from ${least} to ${most}`;
  return z
    .int({ error: expected(what) })
    .min(least, { error: `expected ${what}` })
    .max(most, { error: `expected ${what}` });
}
