/**
 * Speed beside bounds. Ratios and counts say something anywhere; times only beside other times of the same run. Exits
 * with 1 if a figure is beyond its bound. `scripts/bench` compiles and starts it.
 */
import { parseArgs } from 'node:util';
import { archive } from './archive.js';
import { attachments } from './attachments.js';
import { backlog } from './backlog.js';
import { buildOf, OURS } from './builds.js';
import { classification } from './classification.js';
import { cpu } from './cpu.js';
import { day } from './day.js';
import { distance } from './distance.js';
import { filing } from './filing.js';
import { gestures } from './gestures.js';
import { largeMail } from './large-mail.js';
import { latency } from './latency.js';
import { writeDown } from './page.js';
import { peers } from './peers.js';
import { quiet } from './quiet.js';
import { sending } from './sending.js';
import { isBeyond, type Measure, type Setting, table } from './table.js';

const MEASURES: ReadonlyMap<string, Measure> = new Map([
  ['distance', distance],
  ['day', day],
  ['backlog', backlog],
  ['quiet', quiet],
  ['sending', sending],
  ['gestures', gestures],
  ['cpu', cpu],
  ['attachments', attachments],
  ['archive', archive],
  ['latency', latency],
  ['peers', peers],
  ['filing', filing],
  ['classification', classification],
  ['large', largeMail],
]);
const USAGE = `scripts/bench [MEASURE…] [--quick] [--against REVISION] [--write]
Measures: ${[...MEASURES.keys()].join(', ')}; all of them if none is named.`;
const USAGE_EXIT_CODE = 64;
const SECOND = 1000;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  against: { type: 'string' },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
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
