/** Many new mails at once, each acknowledged and told to one of staff: time, commands and memory. */
import { runBound, type Stored, storedBy } from './bounds.js';
import type { Build } from './builds.js';
import { FOLDERS, withMeasured } from './desk.js';
import { countOf, type Traffic } from './meter.js';
import type { Plot } from './plot.js';
import type { Ran } from './process.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

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

async function run(setting: Setting): Promise<Shown> {
  const { quick, ours, other } = setting;
  const figures: Figure[] = [];
  const points = {
    desk: [] as [number, number][],
    bound: [] as [number, number][],
    other: [] as [number, number][],
  };
  const [counts, plotted] = quick ? [COUNTS.quick, PLOTTED.quick] : [COUNTS.whole, PLOTTED.whole];
  for (const count of [...counts, ...plotted]) {
    const filed = await byDesk(ours, count);
    const seconds = filed.ran.ms / SECOND;
    const bound = await byBound(setting, filed.stored);
    points.desk.push([count, seconds]);
    points.bound.push([count, bound]);
    const about = `${count.toLocaleString('en-US')} new mails`;
    const its: Figure[] = [
      { what: `${about}: seconds`, value: seconds, bound, times: TIMES },
      {
        what: `${about}: commands but APPEND a mail, beyond ${MAX_COMMANDS_A_LETTER} a letter`,
        value: filingCommands(filed, count) / count,
        bound: MAX_COMMANDS,
      },
      { what: `${about}: commands a mail, all`, value: countOf(filed.traffic) / count, bound: null },
      { what: `${about}: peak memory, MiB`, value: filed.ran.peakBytes / MB, bound: MAX_PEAK_MB },
    ];
    if (other !== null) {
      const older = (await byDesk(other, count)).ran.ms / SECOND;
      points.other.push([count, older]);
      its.push({
        what: `${about}: mails a second, beside ${other.name}`,
        value: count / seconds,
        bound: count / older,
        times: TIMES_OF_OTHER,
        moreIsBetter: true,
      });
    }
    if (counts.includes(count)) figures.push(...its);
  }
  return { figures, plots: [plotOf(setting, points)] };
}

function plotOf(
  { ours, other }: Setting,
  points: Readonly<Record<'desk' | 'bound' | 'other', readonly (readonly [number, number])[]>>,
): Plot {
  return {
    name: 'backlog',
    title: 'Time for new mail that is waiting',
    x: 'new mails',
    y: 'seconds',
    series: [
      { name: ours.name, points: points.desk },
      { name: 'one by one', points: points.bound },
      ...(other === null ? [] : [{ name: other.name, points: points.other }]),
    ],
  };
}

export const backlog: Measure = {
  title: 'backlog: new mails that are waiting, each acknowledged and told to one of staff',
  boundIs:
    'a program with bare appends on three connections, serial sends and one move; for the rest what is promised',
  run,
};
