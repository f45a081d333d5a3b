/** Large mail: filed as fast as small mail, and passed on to many without being held whole. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runHeaderAndMove } from './bounds.js';
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
/** Of one message Dovecot keeps only half of it. */
const LEARNT_FROM = 3;
const RELAY = { whole: { megabytes: 25, rounds: 3 }, quick: { megabytes: 5, rounds: 1 } };
const PEOPLE = 10;
const MAX_MB_ABOVE_SMALL = 60;
const SECOND = 1000;

/** `saved` by the server, or `written` past it, as a file. */
type Way = 'saved' | 'written';

interface Filing {
  readonly mails: number;
  readonly attachedBytes: number;
  readonly way: Way;
  readonly by: (desk: MeasuredDesk) => Promise<{ readonly ms: number }>;
}

/** Seconds that it takes to file them in a mailbox of their own. */
async function filed({ ours }: Setting, { mails, attachedBytes, way, by }: Filing): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    // From them the server learns what is asked of a message, as in every mailbox that has had mail before.
    await desk.openTickets(LEARNT_FROM);
    await desk.deliverNew(mails, { attachedBytes, saved: way === 'saved' });
    // Otherwise it would wait for the disk to take what the delivery has written.
    await promisify(execFile)('sync');
    const { ms } = await by(desk);
    if ((await desk.messagesIn(FOLDERS.inbox)) !== 0) throw new Error('Not all was filed.');
    return ms / SECOND;
  });
}

interface Taken {
  readonly small: number[];
  readonly large: number[];
}

async function filing(setting: Setting): Promise<readonly Figure[]> {
  const { mails, megabytes, rounds } = setting.quick ? SIZES.quick : SIZES.whole;
  const sizes = { small: SMALL_BYTES, large: megabytes * MB };
  const taken = async (way: Way, by: Filing['by'], into: Taken): Promise<void> => {
    for (const size of ['small', 'large'] as const)
      into[size].push(await filed(setting, { mails, attachedBytes: sizes[size], way, by }));
  };
  const [saved, written, bare]: Taken[] = Array.from({ length: 3 }, () => ({ small: [], large: [] }));
  if (saved === undefined || written === undefined || bare === undefined) return [];
  const byDesk = (desk: MeasuredDesk): ReturnType<Filing['by']> => desk.once();
  for (let round = 0; round < rounds; round += 1) {
    await taken('saved', byDesk, saved);
    // A quick run has time for what a server does by itself.
    if (setting.quick) continue;
    await taken('written', byDesk, written);
    await taken('written', runHeaderAndMove, bare);
  }
  const what = `${mails} new mails of ${megabytes} MB`;
  const bySelf = {
    what: `${what}: seconds`,
    value: median(saved.large),
    bound: median(saved.small),
    times: TIMES,
  };
  if (setting.quick) return [bySelf];
  const more = median(bare.large) - median(bare.small);
  return [
    bySelf,
    {
      what: `${what}, written past the server: seconds`,
      value: median(written.large),
      bound: median(written.small) + more,
      times: TIMES,
    },
    { what: `${what}, written past the server: seconds more of a bare client`, value: more, bound: null },
  ];
}

/** The most that a pass of `once` holds which passes a reply of staff on to everybody who takes part, in MiB. */
async function peakOfRelay(desk: MeasuredDesk, name: string, attachedBytes: number): Promise<number> {
  const sent = desk.sink.taken.length;
  const notice = desk.letterTo(STAFF).raw;
  await desk.deliver(answerTo({ to: notice, from: STAFF, name, attachedBytes }));
  const { peakBytes } = await desk.once();
  const relayed = desk.sink.taken.slice(sent).filter(({ bytes }) => bytes > attachedBytes);
  if (relayed.length !== PEOPLE || !relayed.some(({ to }) => to === requester('many')))
    throw new Error(`The reply went to ${relayed.map(({ to }) => to).join(', ')}.`);
  return peakBytes / MB;
}

async function relay({ quick, ours }: Setting): Promise<readonly Figure[]> {
  const { megabytes, rounds } = quick ? RELAY.quick : RELAY.whole;
  return withMeasured(ours, {}, async (desk) => {
    const cc = Array.from({ length: PEOPLE - 1 }, (_, index) => `person-${index}@example.net`);
    await desk.deliver(sampleLetter({ name: 'many', cc }));
    await desk.once();
    const small: number[] = [];
    const large: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      small.push(await peakOfRelay(desk, `small-${round}`, 0));
      large.push(await peakOfRelay(desk, `large-${round}`, megabytes * MB));
    }
    const what = `a reply of ${megabytes} MB to ${PEOPLE} people: peak memory`;
    return [
      {
        what: `${what} above that of a reply without attachment, MiB`,
        value: Math.max(...large) - median(small),
        bound: MAX_MB_ABOVE_SMALL,
      },
      { what: `${what}, MiB`, value: Math.max(...large), bound: null },
    ];
  });
}

async function run(setting: Setting): Promise<Shown> {
  return { figures: [...(await filing(setting)), ...(await relay(setting))] };
}

export const attachments: Measure = {
  title: 'attachments: large mail filed, and passed on',
  boundIs:
    'for time, as many small mails, and past the server also what a client takes longer that reads the header and the size, and moves; for memory what is promised',
  run,
};
