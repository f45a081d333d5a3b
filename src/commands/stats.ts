/** `stats`: a desk's work in a span of time, in figures and small plots. Changes nothing. */
import type { DeskConfig } from '../config/complete.js';
import { type Figures, figuresOf, type Span, type Times } from '../desk/figures/figures.js';
import { hourIn } from '../desk/figures/zone.js';
import { EXIT, Problem } from '../problem/problem.js';
import { isUnicode } from '../terminal/abilities.js';
import { barOf, columnsOf } from '../terminal/plot.js';
import { spanInWords } from '../terminal/span.js';
import { viewDesk } from '../worker/ask/tickets.js';
import { ticketLives } from '../worker/sight/lives.js';
import { isoTime, readableTime } from './clock.js';
import { type CommandContext, tell } from './context.js';
import { count } from './count.js';
import { askEachDesk } from './desks.js';
import { momentOf } from './when.js';

export interface StatsOptions {
  readonly since: string | null;
  readonly until: string | null;
  readonly json: boolean;
}

const DEFAULT_SINCE = '30d';
const PLOT_CELLS = 30;

export async function stats(context: CommandContext, { since, until, json }: StatsOptions): Promise<number> {
  const now = new Date();
  // Before a server is asked: what was typed may be wrong.
  const spans = new Map(context.desks.map((desk) => [desk.name, spanOf(desk, { since, until, now })]));
  const { answers, exitCode } = await askEachDesk(context, (session, desk) =>
    session.look(async (open) => {
      const span = spans.get(desk.name) ?? spanOf(desk, { since, until, now });
      const survey = await viewDesk(open);
      const lives = survey === null ? [] : await ticketLives(open, survey, span.from);
      return { span, figures: figuresOf(lives, span, hourIn(desk.timezone)) };
    }, context.signal),
  );
  const unicode = isUnicode(context.config.env);
  for (const { desk, answer } of answers)
    tell(context, json, { fields: fieldsOf(desk, answer), lines: linesOf(desk, answer, unicode) });
  return exitCode;
}

function spanOf(
  { timezone }: DeskConfig,
  { since, until, now }: { readonly since: string | null; readonly until: string | null; readonly now: Date },
): Span {
  const from = momentOf(since ?? DEFAULT_SINCE, { option: '--since', timezone, now });
  const to = until === null ? now : momentOf(until, { option: '--until', timezone, now });
  if (from < to) return { from, to };
  throw new Problem('no-such-span', '--since and --until: the end is not after the beginning', {
    exitCode: EXIT.usage,
  });
}

interface Answer {
  readonly span: Span;
  readonly figures: Figures;
}

function fieldsOf({ name, timezone }: DeskConfig, { span, figures }: Answer): Record<string, unknown> {
  const { opened, closed, reopened, open, openByAge, firstAnswer, toClose, hours } = figures;
  return {
    desk: name,
    since: isoTime(span.from),
    until: isoTime(span.to),
    timezone,
    opened,
    closed,
    reopened,
    open,
    openByAge,
    firstAnswer: timesFields(firstAnswer),
    toClose: timesFields(toClose),
    hours,
  };
}

function timesFields({ count: tickets, medianMs, ninetiethMs, byTime }: Times): Record<string, unknown> {
  return {
    tickets,
    medianSeconds: inSeconds(medianMs),
    ninetiethSeconds: inSeconds(ninetiethMs),
    byTime: byTime.map((group) => ({ underSeconds: inSeconds(group.underMs), tickets: group.tickets })),
  };
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1000);
}

function linesOf(
  { name, timezone }: DeskConfig,
  { span, figures }: Answer,
  unicode: boolean,
): readonly string[] {
  const { opened, closed, reopened, firstAnswer, toClose } = figures;
  const from = readableTime(span.from, timezone);
  const to = readableTime(span.to, timezone);
  return [
    `${name}, from ${from} to ${to} (${timezone})`,
    line('opened', String(opened)),
    line('closed', String(closed)),
    line('reopened', String(reopened)),
    line('first answer', timesInWords(firstAnswer)),
    line('to close', timesInWords(toClose)),
    ...openLines(figures, unicode),
    ...hourLines(figures.hours, unicode),
  ];
}

function line(title: string, text: string): string {
  return `  ${title.padEnd(13)} ${text}`;
}

function timesInWords({ count: tickets, medianMs, ninetiethMs }: Times): string {
  if (medianMs === null || ninetiethMs === null) return 'none';
  const most = `nine of ten within ${spanInWords(ninetiethMs)}`;
  return `median ${spanInWords(medianMs)}, ${most} (${count(tickets, 'ticket')})`;
}

function openLines({ open, openByAge }: Figures, unicode: boolean): readonly string[] {
  const most = Math.max(...openByAge.map(({ tickets }) => tickets));
  const digits = String(most).length;
  let before = 0;
  const lines = openByAge.map(({ underDays, tickets }) => {
    const title = underDays === null ? `${before} days and more` : ageInWords(before, underDays);
    before = underDays ?? before;
    const bar = barOf(tickets, { most, cells: PLOT_CELLS }, unicode);
    return `    ${title.padEnd(16)} ${String(tickets).padStart(digits)} ${bar}`.trimEnd();
  });
  return [line('open', `${open}${open === 0 ? '' : ', by age'}`), ...(open === 0 ? [] : lines)];
}

function ageInWords(from: number, under: number): string {
  return from === 0 ? `under ${count(under, 'day')}` : `${from} to ${under} days`;
}

function hourLines(hours: readonly number[], unicode: boolean): readonly string[] {
  const all = hours.reduce((sum, each) => sum + each, 0);
  if (all === 0) return [];
  const busiest = hours.indexOf(Math.max(...hours));
  return [
    line(
      'busiest hour',
      `${two(busiest)} to ${two((busiest + 1) % hours.length)}, of ${count(all, 'message')} from customers`,
    ),
    `    ${columnsOf(hours, unicode)}`.trimEnd(),
    '    0     6     12    18',
  ];
}

function two(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
