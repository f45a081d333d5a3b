/** Whole numbers in the configuration. */
import { z } from 'zod';
import { expected } from './expected.js';

const MAX_COUNT = 100_000;

export function countSchema(least: number) {
  const what = `a whole number from ${least} to ${MAX_COUNT}`;
  return z
    .int({ error: expected(what) })
    .min(least, { error: `expected ${what}` })
    .max(MAX_COUNT, { error: `expected ${what}` });
}
