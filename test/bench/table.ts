/** What a measure shows: figures, each beside its bound, as a plain table. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Of the same run, never of another day or machine; null for what only others are measured by. */
  readonly bound: number | null;
  /** Whether more is better; else less is. */
  readonly moreIsBetter?: boolean;
  /** How far beyond its bound a figure may be, as a part of the bound; 0 if left out. */
  readonly tolerance?: number;
}

export interface Measure {
  readonly title: string;
  /** What the bound is. */
  readonly boundIs: string;
  run(): Promise<readonly Figure[]>;
}

export function isBeyond({ value, bound, moreIsBetter = false, tolerance = 0 }: Figure): boolean {
  if (bound === null) return false;
  return moreIsBetter ? value < bound * (1 - tolerance) : value > bound * (1 + tolerance);
}

function shown(value: number): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function row(figure: Figure): readonly string[] {
  const { what, value, bound, moreIsBetter = false, tolerance = 0 } = figure;
  if (bound === null) return [what, shown(value), '', '', ''];
  const beyond = isBeyond(figure) ? '  BEYOND ITS BOUND' : '';
  const side = `${moreIsBetter ? 'at least' : 'at most'} ${shown(bound)}`;
  const give = tolerance === 0 ? '' : ` ${moreIsBetter ? '-' : '+'}${Math.round(tolerance * 100)}%`;
  return [what, shown(value), `${side}${give}`, (value / bound).toFixed(2), beyond];
}

export function table(measure: Measure, figures: readonly Figure[]): string {
  const rows = [['', 'figure', 'bound', 'ratio', ''], ...figures.map(row)];
  const width = (column: number): number => Math.max(...rows.map((cells) => cells[column]?.length ?? 0));
  const lines = rows.map(([what = '', value = '', bound = '', ratio = '', beyond = '']) =>
    [
      what.padEnd(width(0)),
      value.padStart(width(1)),
      bound.padStart(width(2)),
      ratio.padStart(width(3)) + beyond,
    ]
      .join('  ')
      .trimEnd(),
  );
  return [measure.title, `(bound: ${measure.boundIs})`, ...lines, ''].join('\n');
}
