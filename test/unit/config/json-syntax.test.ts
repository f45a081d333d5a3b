import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSyntaxMistake } from '../../../src/config/json-syntax.js';

describe('findSyntaxMistake', () => {
  it.each([
    ['', 1, 1, /^a value/],
    ['{', 1, 2, /^a key in double quotes/],
    ['{"a": 1,\n}', 2, 1, /^a key in double quotes \(no comma before a }/],
    ['{"a" 1}', 1, 6, /^a colon/],
    ['{"a": 1 "b": 2}', 1, 9, /^a comma or }/],
    ['[1,]', 1, 4, /^a value/],
    ['[1 2]', 1, 4, /^a comma or ]/],
    ["{'a': 1}", 1, 2, /^a key in double quotes/],
    ['// comment\n{}', 1, 1, /^a value/],
    ['{}\n\nmore', 3, 1, /^nothing more/],
    ['{"a": "hunter2}', 1, 7, /^a string that ends/],
    ['{"a": "tab\there"}', 1, 7, /^a string that ends/],
    ['{"a": 01}', 1, 7, /^a value/],
    ['{"a": True}', 1, 7, /^a value/],
    ['{"a": 1,\n  "b": 2,\n  "a": 3}', 3, 3, /^each key once/],
    ['{"a": 1, "\\u0061": 3}', 1, 10, /^each key once/],
    ['['.repeat(200), 1, 102, /^less nesting/],
  ])('%j', (text, ...[line, column, expected]) => {
    expect(findSyntaxMistake(text)).toMatchObject({
      line,
      column,
      expected: expect.stringMatching(expected),
    });
  });

  it('agrees with JSON.parse, whatever is spoilt', () => {
    const spoilt = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '\n', '\\', '0', '\t', 'e', '\u2028'),
      )
      .map(([text, at, put]) => {
        const offset = at % (text.length + 1);
        return text.slice(0, offset) + put + text.slice(offset + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), spoilt), (text) => {
        const mistake = findSyntaxMistake(text);
        if (mistake?.expected === 'each key once in an object') return;
        expect(mistake === null).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
