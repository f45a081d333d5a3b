/**
 * A desk's work in a span of time, in figures: what `stats` shows. What each of them means exactly is in
 * `docs/commands.md#stats`. They are as of the end of the span: what happened later changes none of them.
 */
import type { Closing, TicketLife } from './life.js';

export interface Span {
  /** Included. */
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
}

/** How long something took, of so many. Milliseconds; null where there is nothing to count. */
export interface Times {
  readonly count: number;
  readonly medianMs: number | null;
  /** Nine of ten took no longer. */
  readonly ninetiethMs: number | null;
  readonly byTime: readonly TimeGroup[];
}

interface TimeGroup {
  /** It took less than that, and no less than the limit of the group before; null for all that took longer. */
  readonly underMs: number | null;
  readonly tickets: number;
}

interface AgeGroup {
  /** Younger than so many days, and no younger than the group before; null for all that is older. */
  readonly underDays: number | null;
  readonly tickets: number;
}

export interface Figures {
  readonly opened: number;
  readonly closed: number;
  readonly reopened: number;
  /** At the end of the span. */
  readonly open: number;
  readonly openByAge: readonly AgeGroup[];
  readonly firstAnswer: Times;
  readonly toClose: Times;
  /** Words of customers by the hour of the day, 24 of them. */
  readonly hours: readonly number[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const AGE_GROUPS: readonly (number | null)[] = [1, 3, 7, 30, null];
const ANSWER_GROUPS: readonly (number | null)[] = [
  15 * MINUTE_MS,
  HOUR_MS,
  4 * HOUR_MS,
  DAY_MS,
  3 * DAY_MS,
  null,
];
const CLOSE_GROUPS: readonly (number | null)[] = [
  4 * HOUR_MS,
  DAY_MS,
  3 * DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
  null,
];
const HOURS = 24;

/** `hourOf` is the hour of the day, from 0 to 23, where the desk is. */
export function figuresOf(lives: readonly TicketLife[], span: Span, hourOf: (at: Date) => number): Figures {
  const closings = lives.flatMap((life) => life.closings);
  const ages = lives.flatMap((life) => openAgeMs(life, span.to) ?? []);
  return {
    opened: lives.filter(({ opened }) => isIn(span, opened)).length,
    closed: closings.filter(({ at }) => isIn(span, at)).length,
    reopened: closings.filter(({ reopened }) => reopened !== null && isIn(span, reopened)).length,
    open: ages.length,
    openByAge: byAge(ages),
    firstAnswer: timesOf(
      lives.flatMap((life) => firstAnswerMs(life, span) ?? []),
      ANSWER_GROUPS,
    ),
    toClose: timesOf(
      lives.flatMap((life) => toCloseMs(life, span) ?? []),
      CLOSE_GROUPS,
    ),
    hours: byHour(lives, span, hourOf),
  };
}

function isIn({ from, to }: Span, at: Date): boolean {
  return at >= from && at < to;
}

/** How old an open ticket is; null for one that is not open at that moment. */
function openAgeMs({ opened, closings }: TicketLife, at: Date): number | null {
  const isClosed = closings.some((closing) => isClosedBy(closing, at));
  return opened >= at || isClosed ? null : at.getTime() - opened.getTime();
}

function isClosedBy({ at: closed, reopened }: Closing, at: Date): boolean {
  return closed < at && (reopened === null || reopened >= at);
}

function byAge(ages: readonly number[]): readonly AgeGroup[] {
  const limits = AGE_GROUPS.map((days) => (days === null ? null : days * DAY_MS));
  return countIn(limits, ages).map(({ tickets }, index) => ({
    underDays: AGE_GROUPS[index] ?? null,
    tickets,
  }));
}

/** The limits rise, and the last group has none. */
function countIn(limits: readonly (number | null)[], all: readonly number[]): readonly TimeGroup[] {
  return limits.map((underMs, index) => {
    const from = limits[index - 1] ?? 0;
    const to = underMs ?? Number.POSITIVE_INFINITY;
    return { underMs, tickets: all.filter((ms) => ms >= from && ms < to).length };
  });
}

/** A ticket that the desk has opened by writing to somebody waits for no first answer. */
function firstAnswerMs({ opened, words }: TicketLife, span: Span): number | null {
  if (!isIn(span, opened)) return null;
  const first = words.findIndex(({ voice, answers }) => voice === 'desk' && answers);
  const answer = words[first];
  if (answer === undefined || first === 0 || answer.at >= span.to) return null;
  return Math.max(0, answer.at.getTime() - opened.getTime());
}

function toCloseMs({ opened, closings }: TicketLife, span: Span): number | null {
  const closing = closings.find((one) => isClosedBy(one, span.to));
  if (closing === undefined || !closing.isDated || !isIn(span, closing.at)) return null;
  return closing.at.getTime() - opened.getTime();
}

function byHour(lives: readonly TicketLife[], span: Span, hourOf: (at: Date) => number): readonly number[] {
  const hours = Array.from({ length: HOURS }, () => 0);
  for (const { words } of lives)
    for (const { at, voice } of words) {
      if (voice !== 'customer' || !isIn(span, at)) continue;
      const hour = hourOf(at);
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
  return hours;
}

function timesOf(all: readonly number[], limits: readonly (number | null)[]): Times {
  const sorted = [...all].sort((a, b) => a - b);
  return {
    count: sorted.length,
    medianMs: rank(sorted, 0.5),
    ninetiethMs: rank(sorted, 0.9),
    byTime: countIn(limits, sorted),
  };
}

/** By nearest rank: the smallest that so large a part of all does not exceed. */
function rank(sorted: readonly number[], part: number): number | null {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null;
}
