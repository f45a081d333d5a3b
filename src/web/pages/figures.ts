/** The figures of a desk for a span of time, with plots. */
import { html } from 'hono/html';
import type { Times } from '../../desk/figures/figures.js';
import type { SeenFigures } from '../../worker/ask/figures.js';
import { type Html, layout, type Viewing } from './layout.js';
import { barPlot } from './plot.js';

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
  const { openByAge, hours } = figures;
  const tableTitle = words.asTable;
  const ages = openByAge.map(({ underDays, tickets }, at) => {
    const from = openByAge[at - 1]?.underDays ?? 0;
    return {
      label: underDays === null ? words.olderThan(from) : words.youngerThan(underDays),
      values: [tickets],
    };
  });
  return html`${barPlot({
    id: 'by-day',
    title: words.byDay,
    of: words.day,
    series: [words.openedTickets, words.closedTickets],
    rows: days.map(({ day, opened, closed }) => ({ label: day.slice(5), values: [opened, closed] })),
    tableTitle,
  })}
${barPlot({ id: 'by-age', title: words.byAge, of: words.age, series: [words.openTickets], rows: ages, tableTitle })}
${barPlot({
  id: 'by-hour',
  title: words.byHour,
  of: words.hour,
  series: [words.messagesIn],
  rows: hours.map((count, hour) => ({ label: String(hour), values: [count] })),
  tableTitle,
})}`;
}
