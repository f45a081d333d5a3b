/** Each link of a page to another page, and to a part of one, leads somewhere; each page of docs/ is linked from another one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isPage, type Link, linksIn, wrongIn } from './links.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const pages: readonly string[] = [
  ...readdirSync(root).filter(isPage),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(isPage)
    .map((name) => join('docs', name)),
];

const wrongWith = (link: Link): string | null => wrongIn(root, link);
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

describe('the pages', () => {
  it.each(pages)('%s links to what is there', (page) => {
    const wrong = linksIn(page, read(page)).map(wrongWith);
    expect(wrong.filter((one) => one !== null)).toEqual([]);
  });

  it('are each linked from another one', () => {
    const linked = new Set(
      pages.flatMap((page) => linksIn(page, read(page)).flatMap(({ to }) => (to === page ? [] : [to]))),
    );
    expect(pages.filter((page) => page !== 'README.md' && !linked.has(page))).toEqual([]);
  });
});

const sources = ['src', 'test', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|mjs)$/.test(name) && !name.startsWith('house'))
    .map((name) => join(folder, name)),
);

it('pages are there where the code names them', () => {
  const named = new Set(
    sources.flatMap((file) => [...read(file).matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([name]) => name)),
  );
  expect(named.size).toBeGreaterThan(1);
  expect([...named].filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

it('misses what is not there', () => {
  const text =
    'See [one](no-such.md), [two](#the-pages), [three](../README.md#no-such-part), [four](register.md#the-kinds).';
  expect(linksIn('docs/security.md', text).map(wrongWith)).toEqual([
    'docs/no-such.md is not there',
    'docs/security.md has no part "the-pages"',
    'README.md has no part "no-such-part"',
    null,
  ]);
});
