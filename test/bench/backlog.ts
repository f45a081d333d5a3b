/** Many new mails at once, each acknowledged and told to one of staff: time, commands and memory. */
import { runBound, type Stored, storedBy } from './bounds.js';
import type { Build } from './builds.js';
import { FOLDERS, withMeasured } from './desk.js';
import { countOf, type Traffic } from './meter.js';
import type { Plot } from './plot.js';
import type { Ran } from './process.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const COUNTS = { whole: [1_000, 10_000], quick: [300] };
/** Points of the plot that are no figures. */
const PLOTTED = { whole: [300, 3_000], quick: [] };
/** Against a program that does one thing after the other. */
const TIMES = 0.8;
const TIMES_OF_OTHER = 5;
const MAX_COMMANDS = 0.35;
const MAX_COMMANDS_A_LETTER = 0.2;
const LETTERS = 2;
const MB = 1024 * 1024;
const MAX_PEAK_MB = 130;
const SECOND = 1000;
/** Of larger ones one is enough: they take long. */
const REPEATED_UP_TO = 1_000;
const ROUNDS = 3;

interface Filed {
  readonly ran: Ran;
  readonly traffic: Traffic;
  readonly stored: Stored;
}

async function byDesk(build: Build, count: number): Promise<Filed> {
  return withMeasured(build, {}, async (desk) => {
    const sentBefore = desk.sink.taken.length;
    await desk.deliverNew(count);
    desk.imap.take();
    const ran = await desk.once();
    const traffic = desk.imap.take();
    const stored = await storedBy(desk, sentBefore);
    if (stored.entries.length !== count || stored.letters.length !== LETTERS * count)
      throw new Error(
        `${build.name} filed ${stored.entries.length} and sent ${stored.letters.length} of ${count}.`,
      );
    return { ran, traffic, stored };
  });
}

/** In seconds. */
async function byBound({ ours }: Setting, stored: Stored): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.deliverNew(stored.entries.length);
    const { ms } = await runBound('one-by-one', desk, stored);
    if ((await desk.messagesIn(FOLDERS.inbox)) !== 0) throw new Error('The bound left mail in the inbox.');
    return ms / SECOND;
  });
}

/** Commands beyond those for the letters' sending, and APPEND: how many of these there are is the server's choice. */
function filingCommands({ traffic }: Filed, count: number): number {
  return countOf(traffic, (verb) => verb !== 'APPEND') - MAX_COMMANDS_A_LETTER * LETTERS * count;
}

interface Taken {
  readonly filed: Filed;
  /** Medians, in seconds. */
  readonly desk: number;
  readonly bound: number;
  readonly other: number | null;
  readonly peakMb: number;
}

/** The desk, its bound and the other build in turns, so that all of them meet the same machine. */
async function inTurns(setting: Setting, count: number): Promise<Taken> {
  const { quick, ours, other } = setting;
  const rounds = quick || count > REPEATED_UP_TO ? 1 : ROUNDS;
  const seconds = { desk: [] as number[], bound: [] as number[], other: [] as number[] };
  let filed = await byDesk(ours, count);
  let peakMb = 0;
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) filed = await byDesk(ours, count);
    peakMb = Math.max(peakMb, filed.ran.peakBytes / MB);
    seconds.desk.push(filed.ran.ms / SECOND);
    seconds.bound.push(await byBound(setting, filed.stored));
    if (other !== null) seconds.other.push((await byDesk(other, count)).ran.ms / SECOND);
  }
  return {
    filed,
    peakMb,
    desk: median(seconds.desk),
    bound: median(seconds.bound),
    other: other === null ? null : median(seconds.other),
  };
}

function figuresOf({ other }: Setting, count: number, taken: Taken): readonly Figure[] {
  const about = `${count.toLocaleString('en-US')} new mails`;
  const { traffic } = taken.filed;
  return [
    { what: `${about}: seconds`, value: taken.desk, bound: taken.bound, times: TIMES },
    {
      what: `${about}: commands but APPEND a mail, beyond ${MAX_COMMANDS_A_LETTER} a letter`,
      value: filingCommands(taken.filed, count) / count,
      bound: MAX_COMMANDS,
    },
    { what: `${about}: commands a mail, all`, value: countOf(traffic) / count, bound: null },
    { what: `${about}: peak memory, MiB`, value: taken.peakMb, bound: MAX_PEAK_MB },
    ...(other === null || taken.other === null
      ? []
      : [
          {
            what: `${about}: mails a second, beside ${other.name}`,
            value: count / taken.desk,
            bound: count / taken.other,
            times: TIMES_OF_OTHER,
            moreIsBetter: true,
          },
        ]),
  ];
}

async function run(setting: Setting): Promise<Shown> {
  const { quick } = setting;
  const [counts, plotted] = quick ? [COUNTS.quick, PLOTTED.quick] : [COUNTS.whole, PLOTTED.whole];
  const seen = new Map<number, Taken>();
  for (const count of [...counts, ...plotted]) seen.set(count, await inTurns(setting, count));
  const figures = [...seen].flatMap(([count, taken]) =>
    counts.includes(count) ? figuresOf(setting, count, taken) : [],
  );
  return { figures, plots: [plotOf(setting, seen)] };
}

function plotOf({ ours, other }: Setting, seen: ReadonlyMap<number, Taken>): Plot {
  const points = (of: (taken: Taken) => number): readonly (readonly [number, number])[] =>
    [...seen].map(([count, taken]) => [count, of(taken)] as const);
  return {
    name: 'backlog',
    title: 'Time for new mail that is waiting',
    x: 'new mails',
    y: 'seconds',
    series: [
      { name: ours.name, points: points(({ desk }) => desk) },
      { name: 'one by one', points: points(({ bound }) => bound) },
      ...(other === null ? [] : [{ name: other.name, points: points((taken) => taken.other ?? 0) }]),
    ],
  };
}

export const backlog: Measure = {
  title: 'backlog: new mails that are waiting, each acknowledged and told to one of staff',
  boundIs:
    'a program with bare appends on three connections, serial sends and one move; for the rest what is promised',
  run,
};
