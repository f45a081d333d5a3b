/** Tables for people: aligned by what a terminal shows, cut to its width. */

import { cellsOf, fit, inOneLine } from '../terminal/cells.js';

const GAP = '  ';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Cut to this many cells, wherever the table goes. */
  readonly atMost?: number;
}

/**
 * Lines under a line of titles. Where `width` is known, the last column is cut so that no line is longer; a last
 * column that would be left with next to nothing is let run over instead.
 */
export function layTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
): readonly string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    row.map((text, index) => fit(inOneLine(text), columns[index]?.atMost ?? Number.POSITIVE_INFINITY)),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => cellsOf(row[index] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const rest = width === null || width - before < MIN_LAST_CELLS ? Number.POSITIVE_INFINITY : width - before;
  return cells.map((row) =>
    row
      .map((text, index) => {
        if (index === columns.length - 1) return fit(text, rest);
        const padding = ' '.repeat((widths[index] ?? 0) - cellsOf(text));
        return columns[index]?.align === 'right' ? padding + text : text + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

const MIN_LAST_CELLS = 10;
