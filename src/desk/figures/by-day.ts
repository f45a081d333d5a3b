/** What happened on each day of a span. */
import type { Span } from './figures.js';
import type { TicketLife } from './life.js';

export interface DayFigures {
  /** Such as 2026-11-29, where the desk is. */
  readonly day: string;
  readonly opened: number;
  readonly closed: number;
}

/** Half a day is in no zone longer than any day. */
const STEP_MS = 43_200_000;

/** Every day, those on which nothing happened too, in order. */
export function figuresByDay(
  lives: readonly TicketLife[],
  { from, to }: Span,
  dayOf: (at: Date) => string,
): readonly DayFigures[] {
  const days = new Map<string, { opened: number; closed: number }>();
  for (let at = from.getTime(); at < to.getTime(); at += STEP_MS)
    days.set(dayOf(new Date(at)), { opened: 0, closed: 0 });
  const note = (at: Date, what: 'opened' | 'closed'): void => {
    const day = at >= from && at < to ? days.get(dayOf(at)) : undefined;
    if (day !== undefined) day[what] += 1;
  };
  for (const { opened, closings } of lives) {
    note(opened, 'opened');
    for (const { at, isDated } of closings) if (isDated) note(at, 'closed');
  }
  return [...days].map(([day, counts]) => ({ day, ...counts }));
}
