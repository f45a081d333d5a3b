/** Large mail: filed as fast as small mail, and passed on to many without being held whole. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FOLDERS, type MeasuredDesk, STAFF, withMeasured } from './desk.js';
import { answerTo, requester, sampleLetter } from './sample-letter.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const MB = 1024 * 1024;
const SIZES = {
  whole: { mails: 100, megabytes: 30, rounds: 3 },
  quick: { mails: 10, megabytes: 5, rounds: 1 },
};
const SMALL_BYTES = 2 * 1024;
const TIMES = 1.1;
const RELAY_MB = { whole: 25, quick: 5 };
const PEOPLE = 10;
const MAX_MB_ABOVE_IDLE = 60;
const SECOND = 1000;

/** Seconds of a pass of `once` that files them. */
async function filed(desk: MeasuredDesk, mails: number, attachedBytes: number): Promise<number> {
  const before = await desk.messagesIn(FOLDERS.inbox);
  if (before !== 0) throw new Error('There is mail in the inbox.');
  await desk.deliverNew(mails, attachedBytes);
  // Otherwise the pass would wait for the disk to take what the delivery has written.
  await promisify(execFile)('sync');
  const { ms } = await desk.once();
  if ((await desk.messagesIn(FOLDERS.inbox)) !== 0) throw new Error('Not all was filed.');
  return ms / SECOND;
}

async function filing({ quick, ours }: Setting): Promise<Figure> {
  const { mails, megabytes, rounds } = quick ? SIZES.quick : SIZES.whole;
  const [large, small] = [[] as number[], [] as number[]];
  for (let round = 0; round < rounds; round += 1) {
    // Each in a mailbox of its own, which is as full as the other's.
    small.push(await withMeasured(ours, {}, (desk) => filed(desk, mails, SMALL_BYTES)));
    large.push(await withMeasured(ours, {}, (desk) => filed(desk, mails, megabytes * MB)));
  }
  return {
    what: `${mails} new mails of ${megabytes} MB: seconds, beside as many of 2 KB`,
    value: median(large),
    bound: median(small),
    times: TIMES,
  };
}

/** A reply of staff goes to everybody who takes part. */
async function relay({ quick, ours }: Setting): Promise<Figure> {
  const megabytes = quick ? RELAY_MB.quick : RELAY_MB.whole;
  const above = await withMeasured(ours, {}, async (desk) => {
    const cc = Array.from({ length: PEOPLE - 1 }, (_, index) => `person-${index}@example.net`);
    await desk.deliver(sampleLetter({ name: 'many', cc }));
    await desk.once();
    const idle = (await desk.once()).peakBytes;
    const sent = desk.sink.taken.length;
    const notice = desk.letterTo(STAFF).raw;
    await desk.deliver(answerTo({ to: notice, from: STAFF, name: 'relayed', attachedBytes: megabytes * MB }));
    const { peakBytes } = await desk.once();
    const relayed = desk.sink.taken.slice(sent).filter(({ bytes }) => bytes > megabytes * MB);
    if (relayed.length !== PEOPLE || !relayed.some(({ to }) => to === requester('many')))
      throw new Error(`The reply went to ${relayed.map(({ to }) => to).join(', ')}.`);
    return (peakBytes - idle) / MB;
  });
  return {
    what: `a reply of ${megabytes} MB to ${PEOPLE} people: peak memory above a quiet pass, MiB`,
    value: above,
    bound: MAX_MB_ABOVE_IDLE,
  };
}

async function run(setting: Setting): Promise<Shown> {
  return { figures: [await filing(setting), await relay(setting)] };
}

export const attachments: Measure = {
  title: 'attachments: large mail filed, and passed on',
  boundIs: 'for time, as many small mails; for memory what is promised',
  run,
};
