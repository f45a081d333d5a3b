/** Each link of a page to another page, and to a part of one, leads somewhere; each page of docs/ is linked from another one. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isPage = (name: string): boolean => name.endsWith('.md');

const pages: readonly string[] = [
  ...readdirSync(root).filter(isPage),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(isPage)
    .map((name) => join('docs', name)),
];

const withoutCode = (text: string): string =>
  text
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** As code hosts name the headings of a page; a heading that is there twice has a number behind it. */
function anchorsOf(text: string): readonly string[] {
  const met = new Map<string, number>();
  return [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, title = '']) => {
    const name = title
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const before = met.get(name) ?? 0;
    met.set(name, before + 1);
    return before === 0 ? name : `${name}-${String(before)}`;
  });
}

interface Link {
  readonly to: string;
  /** '' for the whole page. */
  readonly anchor: string;
}

/** Those within the repository, by paths from its root. */
function linksIn(page: string, text: string): readonly Link[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { to: path === '' ? page : relative(root, join(root, dirname(page), path)), anchor };
    });
}

/** What is wrong with a link; null if nothing is. */
function wrongWith({ to, anchor }: Link): string | null {
  const path = join(root, to);
  if (!existsSync(path)) return `${to} is not there`;
  if (anchor === '' || statSync(path).isDirectory()) return null;
  return anchorsOf(readFileSync(path, 'utf8')).includes(anchor) ? null : `${to} has no part "${anchor}"`;
}

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
