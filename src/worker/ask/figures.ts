/** A desk's work in a span of time, for pages. */
import { type DayFigures, figuresByDay } from '../../desk/figures/by-day.js';
import { type Figures, figuresOf, type Span } from '../../desk/figures/figures.js';
import { dayIn, hourIn } from '../../desk/figures/zone.js';
import { ticketLives } from '../sight/lives.js';
import type { Desk } from '../workplace/desk.js';
import { viewDesk } from './tickets.js';

export interface SeenFigures {
  readonly span: Span;
  readonly figures: Figures;
  readonly days: readonly DayFigures[];
}

/** null where no desk has begun. */
export async function readFigures(desk: Desk, span: Span): Promise<SeenFigures | null> {
  const survey = await viewDesk(desk);
  if (survey === null) return null;
  const { timezone } = desk.policy;
  const lives = await ticketLives(desk, survey, span.from);
  return {
    span,
    figures: figuresOf(lives, span, hourIn(timezone)),
    days: figuresByDay(lives, span, dayIn(timezone)),
  };
}
