/** Each line of shell in our pages is run by a test that command-lines.ts names, or it says there why not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.js';
import { isAlike, RUN_BY, testsOf } from './command-lines.js';
import { isPage } from './links.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['', 'docs', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter(isPage)
    .map((name) => join(folder, name)),
);

/** Of a list, too, where a block is set in. */
const blocksOf = (page: string): readonly string[] =>
  codeBlocks(readFileSync(join(root, page), 'utf8').replaceAll(/^ +(?=```)/gm, ''), 'sh').map(
    ({ text }) => text,
  );

/** The text of a test, and of what it takes from beside it. */
function textOf(file: string, met = new Set<string>()): string {
  if (met.has(file) || !existsSync(file)) return '';
  met.add(file);
  const text = readFileSync(file, 'utf8');
  const taken = [...text.matchAll(/from '(\.[^']*)\.js'/g)].map(([, path = '']) => `${path}.ts`);
  return [text, ...taken.map((path) => textOf(join(dirname(file), path), met))].join('\n');
}

describe('the lines of shell', () => {
  it.each(pages)('in %s are each named once', (page) => {
    const known = Object.keys(RUN_BY[page] ?? {});
    const met = blocksOf(page).map((block) => known.filter((begins) => block.startsWith(begins)));
    // A block that two names fit would be named by the wrong one.
    expect(
      met.filter((names) => names.length !== 1),
      `test/house/command-lines.ts names who runs each block of ${page}`,
    ).toEqual([]);
    expect(known.filter((begins) => !met.flat().includes(begins))).toEqual([]);
  });

  it('are run by tests that are there', () => {
    const files = Object.values(RUN_BY)
      .flatMap((blocks) => Object.values(blocks))
      .flatMap(testsOf);
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(Object.entries(RUN_BY))('in %s are read from there by a test of each block', (page, blocks) => {
    const name = page.replace('docs/', '');
    const unread = Object.entries(blocks).filter(
      ([, by]) =>
        typeof by !== 'string' && !isAlike(by) && !by.some((test) => textOf(join(root, test)).includes(name)),
    );
    expect(unread.map(([begins]) => begins)).toEqual([]);
  });

  it('are of pages that are there', () => {
    expect(Object.keys(RUN_BY).filter((page) => !pages.includes(page))).toEqual([]);
  });
});
