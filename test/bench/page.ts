/**
 * Writes what a run has shown into docs/performance.md, and its plots beside that. A measure's figures stand between two
 * marks of its own, so that one can be taken anew without the others; each says when and with what it was taken.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { svgOf } from './plot.js';
import { cellsOf, type Measure, type Setting, type Shown } from './table.js';

const PAGE = 'docs/performance.md';
const PLOTS = 'docs/performance';

export interface Taken {
  readonly name: string;
  readonly measure: Measure;
  readonly shown: Shown;
}

/** Throws where the page has no place for the measure. */
export function writeDown(setting: Setting, taken: Taken): void {
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), taken.name, sectionOf(setting, taken)));
  mkdirSync(PLOTS, { recursive: true });
  for (const plot of taken.shown.plots ?? []) writeFileSync(join(PLOTS, `${plot.name}.svg`), svgOf(plot));
}

/** The page with other text between the marks of that name. */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- scripts/bench ${name}: begin -->\n`, `<!-- scripts/bench ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The page has no marks of ${name}.`);
  return `${page.slice(0, from + begin.length)}${text}${page.slice(to)}`;
}

function sectionOf(setting: Setting, { measure, shown }: Taken): string {
  const rows = shown.figures.map((figure) => {
    const [what, value, bound, ratio, beyond] = cellsOf(figure);
    return `| ${what} | ${value} | ${bound} | ${ratio} | ${figure.bound === null ? '' : beyond ? '**no**' : 'yes'} |`;
  });
  return [
    `Bound: ${measure.boundIs}.`,
    '',
    '| | figure | bound | ratio | holds |',
    '|---|--:|--:|--:|---|',
    ...rows,
    '',
    stamp(setting),
    '',
  ].join('\n');
}

/** When, from what, and on how much of a machine. */
function stamp({ quick, other }: Setting): string {
  const day = new Date().toISOString().slice(0, 10);
  const commit = execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' }).trim();
  const beside = other === null ? '' : `, beside ${other.name}`;
  const size = quick ? ', with `--quick`' : '';
  return `Taken on ${day} at ${commit}${beside}${size}; Node ${process.versions.node}, ${cpus().length} processors.`;
}
