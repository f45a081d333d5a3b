/** Bars as SVG, drawn on the server, with the same numbers as a table for who cannot see them. */
import { html } from 'hono/html';
import type { Html } from './layout.js';

export interface Bars {
  /** Names the plot on its page. */
  readonly id: string;
  readonly title: string;
  /** What a row of the table is, such as a day. */
  readonly of: string;
  readonly series: readonly string[];
  readonly rows: readonly Row[];
  /** What the last column of the table is, if it has one beside the numbers that are drawn. */
  readonly also?: string;
  readonly tableTitle: string;
}

interface Row {
  readonly label: string;
  readonly values: readonly number[];
  readonly also?: string;
}

const WIDTH = 640;
const HEIGHT = 160;
/** Room for the letters that a phone gets, which are larger (`style.ts`). */
const LEFT = 52;
const BOTTOM = 26;
const TOP = 18;
/** More labels would run into each other. */
const MAX_LABELS = 8;
const COLOURS = ['one', 'two'];

export function barPlot(bars: Bars): Html {
  const { id, title, series, rows } = bars;
  const most = Math.max(1, ...rows.flatMap(({ values }) => values));
  const slot = (WIDTH - LEFT) / Math.max(1, rows.length);
  const height = HEIGHT - BOTTOM - TOP;
  const drawn = rows.flatMap(({ values }, at) =>
    values.map((value, index) => {
      const tall = (value / most) * height;
      const wide = (slot * 0.8) / series.length;
      const x = LEFT + at * slot + slot * 0.1 + index * wide;
      return html`<rect class="${COLOURS[index] ?? 'one'}" x="${round(x)}" y="${round(TOP + height - tall)}" width="${round(wide)}" height="${round(tall)}"/>`;
    }),
  );
  const every = Math.ceil(rows.length / MAX_LABELS);
  const labels = rows.flatMap(({ label }, at) =>
    at % every === 0
      ? [
          html`<text x="${round(LEFT + at * slot + slot / 2)}" y="${HEIGHT - 5}" text-anchor="middle">${label}</text>`,
        ]
      : [],
  );
  return html`<figure>
<figcaption id="${id}">${title}${series.length > 1 ? html`: ${legend(series)}` : ''}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}">
<line class="grid" x1="${LEFT}" y1="${TOP}" x2="${WIDTH}" y2="${TOP}"/><line class="grid" x1="${LEFT}" y1="${TOP + height}" x2="${WIDTH}" y2="${TOP + height}"/>
<text x="${LEFT - 6}" y="${TOP + 4}" text-anchor="end">${most}</text><text x="${LEFT - 6}" y="${TOP + height - 5}" text-anchor="end">0</text>
${drawn}
${labels}
</svg>
${table(bars)}
</figure>
`;
}

function legend(series: readonly string[]): Html {
  return html`${series.map((name, index) => html`<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="${COLOURS[index] ?? 'one'}" width="10" height="10"/></svg> ${name} `)}`;
}

function table({ id, of, series, rows, also, tableTitle }: Bars): Html {
  return html`<details><summary>${tableTitle}</summary>
<table aria-labelledby="${id}"><thead><tr><th scope="col">${of}</th>${[...series, ...(also === undefined ? [] : [also])].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({
      label,
      values,
      also: more,
    }) => html`<tr><th scope="row">${label}</th>${[...values, ...(more === undefined ? [] : [more])].map((value) => html`<td>${value}</td>`)}</tr>
`,
  )}</tbody></table></details>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
