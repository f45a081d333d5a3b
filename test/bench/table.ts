/** What a measure shows: figures, each beside its bound, as a plain table. */
import type { Build } from './builds.js';
import type { Plot } from './plot.js';

export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Of the same run, never of another day or machine, or what stands fast; null for what only others are measured by. */
  readonly bound: number | null;
  /** Whether more is better; else less is. */
  readonly moreIsBetter?: boolean;
  /** How many times its bound a figure may be, or must be where more is better; 1 if left out. */
  readonly times?: number;
}

export interface Shown {
  readonly figures: readonly Figure[];
  readonly plots?: readonly Plot[];
}

export interface Setting {
  /** All of the measures together in a minute and a half. */
  readonly quick: boolean;
  readonly ours: Build;
  /** A build of another revision to be measured beside ours. */
  readonly other: Build | null;
}

export interface Measure {
  readonly title: string;
  /** What the bound is. */
  readonly boundIs: string;
  run(setting: Setting): Promise<Shown>;
}

export function isBeyond({ value, bound, moreIsBetter = false, times = 1 }: Figure): boolean {
  if (bound === null) return false;
  return moreIsBetter ? value < bound * times : value > bound * times;
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** What, figure, bound, ratio, and whether it is beyond. */
export function cellsOf(figure: Figure): readonly [string, string, string, string, boolean] {
  const { what, value, bound, moreIsBetter = false, times = 1 } = figure;
  if (bound === null) return [what, shown(value), '', '', false];
  const side = moreIsBetter ? 'at least' : 'at most';
  const allowed = times === 1 ? shown(bound) : `${shown(times)} × ${shown(bound)}`;
  const ratio = bound === 0 ? '' : (value / bound).toFixed(2);
  return [what, shown(value), `${side} ${allowed}`, ratio, isBeyond(figure)];
}

export function table(measure: Measure, figures: readonly Figure[]): string {
  const cells = figures.map(cellsOf);
  const rows = [['', 'figure', 'bound', 'ratio', false] as const, ...cells];
  const width = (column: 0 | 1 | 2 | 3): number => Math.max(...rows.map((row) => row[column].length));
  const lines = rows.map(([what, value, bound, ratio, beyond]) =>
    [
      what.padEnd(width(0)),
      value.padStart(width(1)),
      bound.padStart(width(2)),
      ratio.padStart(width(3)) + (beyond ? '  BEYOND ITS BOUND' : ''),
    ]
      .join('  ')
      .trimEnd(),
  );
  return [measure.title, `(bound: ${measure.boundIs})`, ...lines, ''].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  if (low === undefined || high === undefined) throw new Error('There is no median of nothing.');
  return (low + high) / 2;
}
