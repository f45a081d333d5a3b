/**
 * docs/interop.md names, in the last column of its tables, a message of the corpus or a test for what the desk makes of
 * each product's mail. Each of them must be there, so that every row can be checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** What a page names in its tables: paths of tests, and messages of the corpus as their paths. */
function filesNamedIn(page: string): readonly string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  const named = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const tests = named.filter((name) => name.startsWith('test/') && name.endsWith('.ts'));
  const cases = named.filter((name) => /^(?:[0-9]{2}-[a-z]|words\/)[a-z0-9-]+$/.test(name));
  return [...tests, ...cases.map((name) => `test/corpus/${name}.eml`)];
}

const isThere = (file: string): boolean => existsSync(new URL(file, root));

describe('docs/interop.md', () => {
  const files = filesNamedIn(readFileSync(new URL('docs/interop.md', root), 'utf8'));

  it('names many', () => {
    expect(files.length).toBeGreaterThan(80);
  });

  it('names messages and tests that are there', () => {
    expect(files.filter((file) => !isThere(file))).toEqual([]);
  });
});

it('misses what is not there', () => {
  const row =
    '| a product | `X-Field` | `00-plain`, `37-no-such-case`, `words/no-such-words`, `test/no-such.test.ts` |';
  expect(filesNamedIn(row).filter((file) => !isThere(file))).toEqual([
    'test/no-such.test.ts',
    'test/corpus/37-no-such-case.eml',
    'test/corpus/words/no-such-words.eml',
  ]);
});
