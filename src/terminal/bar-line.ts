/** The one line that says how far long work has come, made to fit. */
import { cellsOf, fit, inOneLine } from './cells.js';
import { shortSpan } from './span.js';

export interface BarState {
  /** What is done, such as `filing`. */
  readonly work: string;
  /** Whose work it is, where there are others. */
  readonly about: string | null;
  readonly done: number;
  readonly total: number;
  /** How long it has taken to do so many of them. */
  readonly measured: { readonly count: number; readonly ms: number };
}

/** A shorter bar shows nothing, and a longer one no more. */
const MIN_BAR_CELLS = 8;
const MAX_BAR_CELLS = 30;
/** Too little to tell how fast it goes. */
const MIN_MEASURED_MS = 500;

const FULL = { unicode: '█', ascii: '#' } as const;
const EMPTY = { unicode: '░', ascii: '-' } as const;

/**
 * At most `width` cells. Where there is too little room, first the bar goes, then the rate, then whose it is; what is left
 * is cut. Without `unicode` it is ASCII.
 */
export function barLine(state: BarState, width: number, unicode: boolean): string {
  const { work, about, done, total } = state;
  const ofTotal = `${grouped(Math.min(done, total))} of ${grouped(total)}`;
  const speed = speedOf(state);
  const whose = about === null ? '' : `${shownIn(about, unicode)}: `;
  const wordings = [
    [`${whose}${work} ${ofTotal}`, ...speed],
    [`${whose}${work} ${ofTotal}`, ...speed.slice(1)],
    [`${whose}${work} ${ofTotal}`],
    [`${work} ${ofTotal}`],
    [ofTotal],
  ];
  const words = wordings.find((some) => cellsOf(some.join(', ')) <= width) ?? [ofTotal];
  const line = words.join(', ');
  const room = Math.min(width - cellsOf(line) - 1, MAX_BAR_CELLS);
  if (room < MIN_BAR_CELLS) return cut(line, width);
  return `${drawn(total === 0 ? 0 : done / total, room, unicode)} ${line}`;
}

/** The rate, and the time left; nothing until enough was measured. */
function speedOf({ done, total, measured: { count, ms } }: BarState): readonly string[] {
  if (count <= 0 || ms < MIN_MEASURED_MS) return [];
  const perSecond = (count * 1000) / ms;
  const left = ((total - done) * ms) / count;
  const rate =
    perSecond >= 1 ? `${grouped(Math.round(perSecond))}/s` : `${grouped(Math.round(perSecond * 60))}/min`;
  return [rate, `${shortSpan(left)} left`];
}

function drawn(part: number, cells: number, unicode: boolean): string {
  const full = Math.round(Math.min(Math.max(part, 0), 1) * cells);
  const which = unicode ? 'unicode' : 'ascii';
  return FULL[which].repeat(full) + EMPTY[which].repeat(cells - full);
}

function cut(line: string, width: number): string {
  return cellsOf(line) <= width ? line : line.slice(0, Math.max(0, width));
}

function shownIn(text: string, unicode: boolean): string {
  const shown = fit(inOneLine(text), 24);
  return unicode ? shown : shown.replaceAll(/[^ -~]/gu, '?');
}

/** `12,345` */
function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
