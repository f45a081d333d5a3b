/**
 * Speed beside bounds. Ratios and counts say something anywhere; times only beside other times of the same run. Exits
 * with 1 if a figure is beyond its bound. `scripts/bench` compiles and starts it.
 */
import { parseArgs } from 'node:util';
import { buildOf, OURS } from './builds.js';
import { MEASURES } from './measures.js';
import { writeDown } from './page.js';
import { isBeyond, type Setting, table } from './table.js';

const USAGE = `scripts/bench [MEASURE…] [--quick] [--against REVISION] [--write] [--fleet]
Measures: ${[...MEASURES.keys()].join(', ')}; all of them if none is named.`;
const USAGE_EXIT_CODE = 64;
const SECOND = 1000;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  against: { type: 'string' },
  /** The measure of that name, as a word of its own. */
  fleet: { type: 'boolean', default: false },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.fleet) names.push('fleet');
  const unknown = names.filter((name) => !MEASURES.has(name));
  if (unknown.length > 0) {
    console.error(`There is no measure ${unknown.join(', ')}.\n${USAGE}`);
    return USAGE_EXIT_CODE;
  }
  const other = values.against === undefined ? null : await buildOf(values.against);
  const setting: Setting = { quick: values.quick, ours: OURS, other };
  let beyond = 0;
  const failed: string[] = [];
  for (const [name, measure] of MEASURES) {
    if (names.length > 0 && !names.includes(name)) continue;
    const startedAt = performance.now();
    try {
      const shown = await measure.run(setting);
      console.log(table(measure, shown.figures));
      if (values.write) writeDown(setting, { name, measure, shown });
      beyond += shown.figures.filter(isBeyond).length;
    } catch (error) {
      // An hour of other measures must not be lost for it.
      console.error(`${name} failed:`, error);
      failed.push(name);
    }
    console.error(`(${name} took ${Math.round((performance.now() - startedAt) / SECOND)} s)\n`);
  }
  if (failed.length > 0) console.log(`Measures that failed: ${failed.join(', ')}.`);
  console.log(beyond === 0 ? 'Every figure is within its bound.' : `Figures beyond their bounds: ${beyond}.`);
  return beyond === 0 && failed.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
