/** Each line of shell in our pages is run by a test that command-lines.ts names, or it says there why not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.js';
import { RUN_BY } from './command-lines.js';
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
    const tests = Object.values(RUN_BY)
      .flatMap((blocks) => Object.values(blocks))
      .flat();
    const files = tests.filter((test) => !test.startsWith('not run: '));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('are of pages that are there', () => {
    expect(Object.keys(RUN_BY).filter((page) => !pages.includes(page))).toEqual([]);
  });
});
