/** The figures of a desk for a span of time, with plots. */
import { html } from 'hono/html';
import type { Times } from '../../desk/figures/figures.js';
import type { SeenFigures } from '../../worker/ask/figures.js';
import type { Words } from '../words/english.js';
import { type Html, layout, type Viewing } from './layout.js';
import { type Bars, barPlot } from './plot.js';

const DAY_MS = 86_400_000;

/** Spans that can be chosen, in days. */
export const SPANS: readonly number[] = [7, 30, 90];

export function figuresPage(
  viewing: Viewing,
  { days, seen }: { readonly days: number; readonly seen: SeenFigures | null },
): Html {
  const { words } = viewing;
  const title = words.figuresOf(days);
  return layout(viewing, {
    title,
    section: 'figures',
    main: html`<h1>${title}</h1>
${spans(viewing, days)}
${seen === null ? html`<p>${words.notBegun}</p>` : numbers(viewing, seen)}
${seen === null ? '' : plots(viewing, seen)}`,
  });
}

function spans({ words, places }: Viewing, days: number): Html | string {
  const { figures } = places;
  if (figures === null) return '';
  return html`<nav aria-label="${words.whichSpan}"><ul>
${SPANS.map(
  (
    span,
  ) => html`<li><a href="${figures}?days=${span}"${span === days ? html` aria-current="page"` : ''}>${words.days(span)}</a></li>
`,
)}</ul></nav>`;
}

function numbers({ words }: Viewing, { figures }: SeenFigures): Html {
  const { opened, closed, reopened, open, firstAnswer, toClose } = figures;
  const times = ({ medianMs, ninetiethMs, count }: Times): string =>
    medianMs === null || ninetiethMs === null
      ? '–'
      : words.times(words.span(medianMs), words.span(ninetiethMs), count);
  return html`<dl class="facts">
${line(words.openedTickets, String(opened))}
${line(words.closedTickets, String(closed))}
${line(words.reopenedTickets, String(reopened))}
${line(words.openTickets, String(open))}
${line(words.firstAnswer, times(firstAnswer))}
${line(words.timeToClose, times(toClose))}
</dl>`;
}

function line(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function plots({ words }: Viewing, { figures, days }: SeenFigures): Html {
  const { openByAge, firstAnswer, toClose, hours } = figures;
  const tableTitle = words.asTable;
  const ages = openByAge.map(({ underDays, tickets }) => ({
    underMs: underDays === null ? null : underDays * DAY_MS,
    tickets,
  }));
  return html`${barPlot({
    id: 'by-day',
    title: words.byDay,
    of: words.day,
    series: [words.openedTickets, words.closedTickets],
    rows: days.map(({ day, opened, closed }) => ({ label: day.slice(5), values: [opened, closed] })),
    tableTitle,
  })}
${barPlot({ id: 'by-first-answer', title: words.byFirstAnswer, of: words.time, ...histogram(words, firstAnswer.byTime), tableTitle })}
${barPlot({ id: 'by-time-to-close', title: words.byTimeToClose, of: words.time, ...histogram(words, toClose.byTime), tableTitle })}
${barPlot({
  id: 'by-age',
  title: words.byAge,
  of: words.age,
  series: [words.openTickets],
  rows: labelled(words, ages),
  tableTitle,
})}
${barPlot({
  id: 'by-hour',
  title: words.byHour,
  of: words.hour,
  series: [words.messagesIn],
  rows: hours.map((count, hour) => ({ label: String(hour), values: [count] })),
  tableTitle,
})}`;
}

type Groups = Times['byTime'];

/** The table tells of each time what part of all took less: "within four hours, 82 %". */
function histogram(words: Words, groups: Groups): Pick<Bars, 'series' | 'rows' | 'also'> {
  const all = groups.reduce((sum, { tickets }) => sum + tickets, 0);
  let soFar = 0;
  const rows = labelled(words, groups).map((row, at) => {
    soFar += groups[at]?.tickets ?? 0;
    return { ...row, also: all === 0 ? '–' : words.part(Math.floor((soFar / all) * 100)) };
  });
  return { series: [words.tickets], rows, also: words.upToHere };
}

function labelled(words: Words, groups: Groups): Bars['rows'] {
  return groups.map(({ underMs, tickets }, at) => ({
    label: underMs === null ? words.from(groups[at - 1]?.underMs ?? 0) : words.under(underMs),
    values: [tickets],
  }));
}
