/**
 * A pass fetches and holds no more for a large message than for a small one. A requester's, that is: a reply of staff
 * that is passed on has to be read whole.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { countOf, type Traffic } from './meter.js';
import { withDesk } from './metered-desk.js';
import { sampleLetter } from './sample-letter.js';
import type { Figure, Measure } from './table.js';

const SIZES_MB = [1, 10, 30];
const MB = 1024 * 1024;
/** Sizes stand in answers with more digits. */
const BYTES_TOLERANCE = 0.02;
/** The collector does not run at the same moments; a message held whole would be far beyond this. */
const MEMORY_TOLERANCE = 0.1;

interface Seen {
  readonly megabytes: number;
  readonly traffic: Traffic;
  readonly peakBytes: number;
}

/** A pass of the built command, in a process of its own. */
async function pass(megabytes: number): Promise<Seen> {
  return withDesk(async (desk) => {
    await desk.deliver(sampleLetter({ name: `large-${megabytes}`, attachedBytes: megabytes * MB }));
    const report = join(desk.world.folder, 'peak');
    const noting = new URL('./peak-memory.js', import.meta.url).href;
    desk.meter.take();
    await promisify(execFile)(
      process.execPath,
      ['--import', noting, resolve('dist/main.js'), 'once', '-c', desk.configFile],
      { env: { ...process.env, BENCH_PEAK_FILE: report } },
    );
    const traffic = desk.meter.take();
    if ((await desk.messagesIn('Tickets/Open')) !== 1) throw new Error('The message was not filed.');
    return { megabytes, traffic, peakBytes: Number(await readFile(report, 'utf8')) };
  });
}

async function run(): Promise<readonly Figure[]> {
  const seen: Seen[] = [];
  for (const megabytes of SIZES_MB) seen.push(await pass(megabytes));
  const figures = (what: string, of: (one: Seen) => number, tolerance: number): readonly Figure[] =>
    seen.map((one, index) => {
      const [smallest] = seen;
      const bound = index === 0 || smallest === undefined ? null : of(smallest);
      return { what: `${one.megabytes} MB: ${what}`, value: of(one), bound, tolerance };
    });
  return [
    ...figures('commands', ({ traffic }) => countOf(traffic), 0),
    ...figures('bytes fetched', ({ traffic }) => traffic.bytesToClient, BYTES_TOLERANCE),
    ...figures('peak memory, MB', ({ peakBytes }) => peakBytes / MB, MEMORY_TOLERANCE),
  ];
}

export const largeMail: Measure = {
  title: 'large: a pass of `once` that files one large message',
  boundIs: 'the same pass with the smallest message',
  run,
};
