/**
 * Speed beside bounds. Ratios and counts say something anywhere; times only beside other times of the same run. Exits
 * with 1 if a figure is beyond its bound. `scripts/bench` compiles and starts it.
 */
import { classification } from './classification.js';
import { filing } from './filing.js';
import { idlePass } from './idle-pass.js';
import { largeMail } from './large-mail.js';
import { isBeyond, type Measure, table } from './table.js';

const MEASURES: ReadonlyMap<string, Measure> = new Map([
  ['idle', idlePass],
  ['filing', filing],
  ['classification', classification],
  ['large', largeMail],
]);
const USAGE_EXIT_CODE = 64;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !MEASURES.has(name));
  if (unknown.length > 0) {
    console.error(`There is no measure ${unknown.join(', ')}: ${[...MEASURES.keys()].join(', ')}`);
    return USAGE_EXIT_CODE;
  }
  let beyond = 0;
  for (const [name, measure] of MEASURES) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await measure.run();
    console.log(table(measure, figures));
    beyond += figures.filter(isBeyond).length;
  }
  console.log(beyond === 0 ? 'Every figure is within its bound.' : `Figures beyond their bounds: ${beyond}.`);
  return beyond === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
