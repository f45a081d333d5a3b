import { expect, it } from 'vitest';
import { readableLine } from '../../../src/demo/desk-process.js';

it.each([
  ['{"level":"info","msg":"new: ticket 1","reasons":["one","two","three"]}', 'new: ticket 1 (one; two)'],
  ['{"level":"warn","msg":"later"}', 'warn: later'],
  ['{"level":"error","msg":"lost","err":{"message":"gone"}}', 'error: lost: gone'],
  ['{"level":"warn","msg":"It failed.","err":{"message":"Gone."}}', 'warn: It failed: Gone.'],
  ['{"level":"info","msg":"new","reasons":["It is automatic.","two"]}', 'new (It is automatic; two)'],
  ['Error: something else', 'Error: something else'],
  ['{"level":"info"}', '{"level":"info"}'],
  ['null', 'null'],
])('makes %s readable', (line, expected) => {
  expect(readableLine(line)).toBe(expected);
});
