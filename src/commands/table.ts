/** Tables for people: aligned by what a terminal shows, cut to its width. */

/** Characters that fill two cells (Unicode Standard Annex 11), as far as mail is likely to hold them. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that stand on the character before them. */
const MARK = /\p{M}/u;
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
    row.map((text, index) => fit(text, columns[index]?.atMost ?? Number.POSITIVE_INFINITY)),
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

/** How many cells of a terminal a cleaned text fills. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return cells;
}

/** At most `atMost` cells, ended by an ellipsis where it is cut. */
export function fit(text: string, atMost: number): string {
  if (cellsOf(text) <= atMost) return text;
  let kept = '';
  let cells = 1;
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > atMost) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
