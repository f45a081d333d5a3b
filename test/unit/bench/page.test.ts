import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MEASURES } from '../../bench/measures.js';
import { withSection } from '../../bench/page.js';

const page = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8');

it('has a place on the page for each measure, which it fills and leaves the rest alone', () => {
  for (const name of MEASURES.keys()) {
    const filled = withSection(page, name, 'its figures\n');
    expect(filled).toContain(
      `<!-- scripts/bench ${name}: begin -->\nits figures\n<!-- scripts/bench ${name}: end -->`,
    );
    expect(withSection(filled, name, 'its figures\n')).toBe(filled);
    expect(filled.split('## ').length).toBe(page.split('## ').length);
  }
});

it('has no place for what is no measure', () => {
  expect(() => withSection(page, 'nothing', '')).toThrow('no marks of nothing');
});
