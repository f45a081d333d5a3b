/**
 * A pass fetches and holds no more for a large message than for a small one. A requester's, that is: a reply of staff
 * that is passed on has to be read whole.
 */
import type { Build } from './builds.js';
import { FOLDERS, withMeasured } from './desk.js';
import { countOf, type Traffic } from './meter.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const SIZES_MB = { whole: [1, 10, 30], quick: [1, 10] };
const MB = 1024 * 1024;
/** Sizes stand in answers with more digits. */
const BYTES_TIMES = 1.02;
/** The collector does not run at the same moments; a message held whole would be far beyond this. */
const MEMORY_TIMES = 1.1;

interface Seen {
  readonly megabytes: number;
  readonly traffic: Traffic;
  readonly peakBytes: number;
}

/** A pass of the built command, in a process of its own. */
async function pass(build: Build, megabytes: number): Promise<Seen> {
  return withMeasured(build, { manners: { mail: 'hold' } }, async (desk) => {
    await desk.deliverNew(1, { attachedBytes: megabytes * MB });
    desk.imap.take();
    const { peakBytes } = await desk.once();
    const traffic = desk.imap.take();
    if ((await desk.messagesIn(FOLDERS.open)) !== 1) throw new Error('The message was not filed.');
    return { megabytes, traffic, peakBytes };
  });
}

async function run({ quick, ours }: Setting): Promise<Shown> {
  const seen: Seen[] = [];
  for (const megabytes of quick ? SIZES_MB.quick : SIZES_MB.whole) seen.push(await pass(ours, megabytes));
  const figures = (what: string, of: (one: Seen) => number, times: number): readonly Figure[] =>
    seen.map((one, index) => {
      const [smallest] = seen;
      const bound = index === 0 || smallest === undefined ? null : of(smallest);
      return { what: `${one.megabytes} MB: ${what}`, value: of(one), bound, times };
    });
  return {
    figures: [
      ...figures('commands', ({ traffic }) => countOf(traffic), 1),
      ...figures('bytes fetched', ({ traffic }) => traffic.bytesToClient, BYTES_TIMES),
      ...figures('peak memory, MB', ({ peakBytes }) => peakBytes / MB, MEMORY_TIMES),
    ],
  };
}

export const largeMail: Measure = {
  title: 'large: a pass of `once` that files one large message',
  boundIs: 'the same pass with the smallest message',
  run,
};
