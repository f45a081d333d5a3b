/** Small plots: a bar of blocks beside a number, a row of columns. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const HEIGHTS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Where there are no blocks, a digit says how many tenths of the highest column it is. */
const DIGITS = 9;

/** A bar of `value`, where `most` fills `cells`. What is there at all is shown. */
export function barOf(
  value: number,
  { most, cells }: { most: number; cells: number },
  unicode: boolean,
): string {
  if (value <= 0 || most <= 0) return '';
  const filled = Math.min(1, value / most) * cells;
  if (!unicode) return '#'.repeat(Math.max(1, Math.round(filled)));
  const eighths = Math.max(1, Math.round(filled * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A cell for each value, as high as the largest one allows; `.` or an empty cell for none. */
export function columnsOf(values: readonly number[], unicode: boolean): string {
  const most = Math.max(...values, 0);
  return values.map((value) => columnOf(value, most, unicode)).join('');
}

function columnOf(value: number, most: number, unicode: boolean): string {
  if (value <= 0 || most <= 0) return unicode ? HEIGHTS[0] : '.';
  const steps = unicode ? HEIGHTS.length - 1 : DIGITS;
  const step = Math.max(1, Math.round((value / most) * steps));
  return unicode ? (HEIGHTS[step] ?? '') : String(step);
}
