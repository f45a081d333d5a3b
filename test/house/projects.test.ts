/** Each file of tests belongs to one project of vitest.config.ts: none is left out, and none runs twice. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Listed {
  readonly file: string;
  readonly projectName: string;
}

/** What vitest itself finds, file by file. */
async function listed(): Promise<readonly Listed[]> {
  const args = [`${root}node_modules/vitest/vitest.mjs`, 'list', '--filesOnly', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const found: readonly Listed[] = JSON.parse(stdout);
  return found.map(({ file, projectName }) => ({ file: relative(root, file), projectName }));
}

const found = await listed();

it('has every file of tests in one project', () => {
  const there = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`);
  expect(there.length).toBeGreaterThan(250);
  expect(found.map(({ file }) => file).toSorted()).toEqual(there.toSorted());
});

it('has tests in every project', () => {
  const names = [...new Set(found.map(({ projectName }) => projectName))].toSorted();
  expect(names).toEqual(['chaos', 'search', 'servers', 'stories', 'unit']);
});
