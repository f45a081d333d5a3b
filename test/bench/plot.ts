/**
 * A small plot of lines as SVG, for pages that are light or dark: its colours follow the reader's choice. Both axes begin
 * at zero, so that what grows with its size is a straight line, and what does not is a level one.
 */
interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly title: string;
  /** With their units. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 36;
const TOP = 64;
const BOTTOM = 52;
const TICKS = 5;

const STYLE = `
.page { fill: #ffffff } .ink { fill: #24292f } .axis { stroke: #57606a } .grid { stroke: #d0d7de }
.line { fill: none; stroke-width: 2 } text { font: 12px sans-serif } .title { font-weight: bold; font-size: 14px }
.s0 { stroke: #0550ae; fill: #0550ae } .s1 { stroke: #bc4c00; fill: #bc4c00 } .s2 { stroke: #1a7f37; fill: #1a7f37 } .s3 { stroke: #8250df; fill: #8250df }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } .ink { fill: #e6edf3 } .axis { stroke: #9198a1 } .grid { stroke: #30363d }
.s0 { stroke: #58a6ff; fill: #58a6ff } .s1 { stroke: #f0883e; fill: #f0883e } .s2 { stroke: #3fb950; fill: #3fb950 } .s3 { stroke: #bc8cff; fill: #bc8cff }
}
`;

/** The same text for the same plot. Throws where there is nothing to be drawn. */
export function svgOf(plot: Plot): string {
  const points = plot.series.flatMap((one) => one.points);
  if (points.length === 0) throw new Error(`${plot.name} has no points.`);
  const [topX, topY] = [niceTop(points.map(([x]) => x)), niceTop(points.map(([, y]) => y))];
  const atX = (x: number): number => LEFT + (x / topX) * (WIDTH - LEFT - RIGHT);
  const atY = (y: number): number => HEIGHT - BOTTOM - (y / topY) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(plot.title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(LEFT, 22, plot.title, 'title ink'),
    ...ticks(topY).map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(atY(y))}" y2="${round(atY(y))}"/>` +
        text(LEFT - 8, atY(y) + 4, label(y), 'ink', 'end'),
    ),
    ...ticks(topX).map((x) => text(atX(x), HEIGHT - BOTTOM + 18, label(x), 'ink', 'middle')),
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>`,
    `<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, plot.x, 'ink', 'middle'),
    `<text class="ink" text-anchor="middle" transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${escaped(plot.y)}</text>`,
    ...legend(plot.series),
    ...plot.series.flatMap((one, index) => drawn(one, index, { atX, atY })),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Scale {
  readonly atX: (x: number) => number;
  readonly atY: (y: number) => number;
}

function drawn({ points }: Series, index: number, { atX, atY }: Scale): readonly string[] {
  const sorted = [...points].sort(([a], [b]) => a - b).map(([x, y]) => [round(atX(x)), round(atY(y))]);
  return [
    `<polyline class="line s${index}" style="fill:none" points="${sorted.map((point) => point.join(',')).join(' ')}"/>`,
    ...sorted.map(([x, y]) => `<circle class="s${index}" cx="${x}" cy="${y}" r="3"/>`),
  ];
}

/** In a row below the title, each name as wide as its letters. */
function legend(series: readonly Series[]): readonly string[] {
  let at = LEFT;
  return series.map(({ name }, index) => {
    const x = at;
    at += 34 + name.length * 7;
    return `<line class="line s${index}" x1="${x}" x2="${x + 18}" y1="42" y2="42"/>${text(x + 24, 46, name, 'ink')}`;
  });
}

function text(x: number, y: number, what: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(what)}</text>`;
}

/** The first of 1, 2, 2.5 and 5 times a power of ten times the number of ticks that nothing is above. */
function niceTop(values: readonly number[]): number {
  const highest = Math.max(...values, 0);
  if (highest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest / TICKS));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one * TICKS >= highest);
  return (step ?? highest) * TICKS;
}

function ticks(top: number): readonly number[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => (top * index) / TICKS);
}

function label(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(what: string): string {
  return what.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
