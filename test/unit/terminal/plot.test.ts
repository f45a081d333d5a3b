import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barOf, columnsOf } from '../../../src/terminal/plot.js';

describe('a plot', () => {
  it('draws bars to an eighth of a cell, or in #', () => {
    const scale = { most: 8, cells: 4 };
    expect([8, 5, 1, 0].map((value) => barOf(value, scale, true))).toEqual(['████', '██▌', '▌', '']);
    expect([8, 5, 1, 0].map((value) => barOf(value, scale, false))).toEqual(['####', '###', '#', '']);
  });

  it('draws columns by the highest one, or digits', () => {
    expect(columnsOf([0, 1, 4, 8], true)).toBe(' ▁▄█');
    expect(columnsOf([0, 1, 4, 9], false)).toBe('.149');
    expect(columnsOf([0, 0], true)).toBe('  ');
  });

  it('shows whatever is there, and no more than there is room for', () => {
    const counts = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(counts, fc.boolean(), fc.integer({ min: 1, max: 80 }), (values, unicode, cells) => {
        expect(columnsOf(values, unicode)).toHaveLength(values.length);
        const most = Math.max(...values);
        for (const value of values) {
          const bar = barOf(value, { most, cells }, unicode);
          expect(bar.length > 0).toBe(value > 0);
          expect(bar.length).toBeLessThanOrEqual(cells);
          if (!unicode) expect(bar).toMatch(/^#*$/);
        }
      }),
    );
  });
});
