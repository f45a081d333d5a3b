/** Both servers far away: what counts there is how often the desk waits for an answer. */
import { runBound, runSignIn, storedBy } from './bounds.js';
import type { Build } from './builds.js';
import { FOLDERS, type MeasuredDesk, STAFF, withMeasured } from './desk.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const DISTANCES_MS = [20, 80];
const COUNTS = [30, 300];
/** A mail takes an older build so long that more of them would tell nothing new. */
const MOST_OF_OTHER = 30;
/** Against the program that gathers everything. */
const TIMES = 1.5;
const MAX_TRIPS_FOR_ONE = 12;
const MAX_TRIPS_WHEN_QUIET = 10;
const SECOND = 1000;
/** An acknowledgement and a notice. */
const LETTERS = 2;

const SIZES = {
  quick: { distances: [20], counts: [30], trips: 1 },
  whole: { distances: DISTANCES_MS, counts: COUNTS, trips: 3 },
};

interface Backlog {
  readonly count: number;
  readonly distanceMs: number;
}

/** In seconds, and what was stored and sent. */
async function byDesk(build: Build, { count, distanceMs }: Backlog) {
  return withMeasured(build, {}, async (desk) => {
    const sentBefore = desk.sink.taken.length;
    await desk.deliverNew(count);
    desk.imap.take();
    desk.smtp.take();
    desk.setDistance(distanceMs);
    const { ms } = await desk.once();
    const turns = desk.imap.look().turns;
    desk.setDistance(0);
    const sent = desk.sink.taken.length - sentBefore;
    if (sent !== LETTERS * count) throw new Error(`${build.name} sent ${sent} letters for ${count} mails.`);
    return { seconds: ms / SECOND, turns, stored: await storedBy(desk, sentBefore) };
  });
}

async function backlog(setting: Setting, what: Backlog): Promise<readonly Figure[]> {
  const { count, distanceMs } = what;
  const ours = await byDesk(setting.ours, what);
  const gathered = await withMeasured(setting.ours, {}, async (desk) => {
    await desk.deliverNew(count);
    desk.setDistance(distanceMs);
    const { ms } = await runBound('gathered', desk, ours.stored);
    desk.setDistance(0);
    if ((await desk.messagesIn(FOLDERS.inbox)) !== 0) throw new Error('The bound left mail in the inbox.');
    return ms / SECOND;
  });
  const about = `${count} new mails, ${distanceMs} ms away`;
  const figures: Figure[] = [
    { what: `${about}: seconds`, value: ours.seconds, bound: gathered, times: TIMES },
    { what: `${about}: IMAP round trips a mail`, value: ours.turns / count, bound: null },
  ];
  if (setting.other === null || count > MOST_OF_OTHER) return figures;
  const other = await byDesk(setting.other, what);
  return [
    ...figures,
    {
      what: `${about}: seconds of ${setting.other.name}`,
      value: other.seconds,
      bound: gathered,
      times: TIMES,
    },
  ];
}

interface Trip {
  /** Round trips on both lines together, whether or not they were waited for one after the other. */
  readonly turns: number;
  readonly ms: number;
}

/** From the server's word to the acknowledgement's last byte. */
async function oneTrip(desk: MeasuredDesk): Promise<Trip> {
  const [acknowledged, idle] = [desk.sink.taken.length, desk.nextIdle()];
  const turns = (): number => desk.imap.look().turns + desk.smtp.look().turns;
  const told = new Promise<Trip>((resolve) => {
    desk.imap.watch('server', (line) => {
      const exists = /^\* \d+ EXISTS/i.test(line);
      if (exists) resolve({ turns: turns(), ms: performance.now() });
      return exists;
    });
  });
  await desk.deliverNew(1);
  const before = await told;
  for (let count = acknowledged + 1; ; count += 1) {
    await desk.sink.until(count);
    const letter = desk.sink.taken[count - 1];
    if (letter === undefined || letter.to === STAFF) continue;
    const trip = { turns: turns() - before.turns, ms: letter.at - before.ms };
    await desk.sink.until(acknowledged + LETTERS);
    await idle;
    return trip;
  }
}

async function severalTrips(desk: MeasuredDesk, count: number): Promise<readonly Trip[]> {
  const seen: Trip[] = [];
  for (let trip = 0; trip < count; trip += 1) seen.push(await oneTrip(desk));
  return seen;
}

async function oneMail({ ours, quick }: Setting, distanceMs: number): Promise<readonly Figure[]> {
  const { trips } = quick ? SIZES.quick : SIZES.whole;
  return withMeasured(ours, {}, async (desk) => {
    desk.setDistance(distanceMs);
    const running = await desk.run();
    const first = await oneTrip(desk);
    const far = await severalTrips(desk, trips);
    desk.setDistance(0);
    const near = await severalTrips(desk, trips);
    await running.stop();
    const about = `one new mail under \`run\`, ${distanceMs} ms away: round trips to its acknowledgement`;
    const waitedMs = median(far.map(({ ms }) => ms)) - median(near.map(({ ms }) => ms));
    return [
      { what: `${about}, the first since the start`, value: first.turns, bound: MAX_TRIPS_FOR_ONE },
      {
        what: `${about}, later ones`,
        value: median(far.map(({ turns }) => turns)),
        bound: MAX_TRIPS_FOR_ONE,
      },
      { what: `${about}, by the time that they took`, value: waitedMs / distanceMs, bound: null },
    ];
  });
}

async function quiet({ ours }: Setting, distanceMs: number): Promise<readonly Figure[]> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.openTickets(10);
    await desk.once();
    desk.setDistance(distanceMs);
    desk.imap.take();
    const { ms } = await desk.once();
    const trips = desk.imap.take().turns;
    const bare = await runSignIn(desk);
    // Its STATUS and LOGOUT are two, and all before them is the sign-in.
    const signIn = desk.imap.take().turns - 2;
    const about = `quiet \`once\`, ${distanceMs} ms away`;
    return [
      {
        what: `${about}: round trips beyond the sign-in`,
        value: trips - signIn,
        bound: MAX_TRIPS_WHEN_QUIET,
      },
      { what: `${about}: seconds`, value: ms / SECOND, bound: null },
      { what: `${about}: seconds of a bare sign-in`, value: bare.ms / SECOND, bound: null },
    ];
  });
}

async function run(setting: Setting): Promise<Shown> {
  const { distances, counts } = setting.quick ? SIZES.quick : SIZES.whole;
  const figures: Figure[] = [];
  for (const distanceMs of distances) {
    for (const count of counts) figures.push(...(await backlog(setting, { count, distanceMs })));
    figures.push(...(await oneMail(setting, distanceMs)), ...(await quiet(setting, distanceMs)));
  }
  return { figures };
}

export const distance: Measure = {
  title: 'distance: new mail with both servers far away, each acknowledged and told to one of staff',
  boundIs:
    'a program that does the same with one FETCH, one MULTIAPPEND a folder, one MOVE, one FETCH of the outbox and four SMTP connections',
  run,
};
