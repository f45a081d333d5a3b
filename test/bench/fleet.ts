/** A thousand desks in one process: memory, CPU at rest, connections, and how fast a mail is acknowledged beside busy desks. */
import { ImapFlow } from 'imapflow';
import { FleetWorld, type Spent } from './fleet-world.js';
import { requester } from './sample-letter.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const DESKS = { whole: 1_000, quick: 40 };
const BUSY = { whole: 50, quick: 5 };
const MAILS = { whole: 8, quick: 2 };
const REST_MINUTES = { whole: 2, quick: 1 };
const FIRST_LIMIT_MS = 20 * 60_000;
const MINUTE_MS = 60_000;
/** What a worker has written when it began is looked at once more, at its next poll: it is at rest after that. */
const CALM_MS = 80_000;
const MIB = 1024 * 1024;
const MAX_MIB = 400;
const MAX_CPU_PERCENT = 5;
const MAX_LATER_MS = 2_000;
const PERCENT = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Rest {
  readonly cpuPercent: number;
  /** What it takes to answer `/metrics` once, in milliseconds. */
  readonly scrapeMs: number;
  readonly commands: number;
  readonly spent: Spent;
  readonly connections: number;
}

/** What the process takes while nothing comes; commands are of a desk in a minute. */
async function atRest(fleet: FleetWorld, minutes: number): Promise<Rest> {
  // To ask for the metrics is no rest.
  const asleep = fleet.spent().cpuMs;
  const said = await fleet.commands();
  const [before, begun] = [fleet.spent(), performance.now()];
  await pause(minutes * MINUTE_MS);
  const [spent, ms] = [fleet.spent(), performance.now() - begun];
  const commands = (await fleet.commands()) - said;
  return {
    cpuPercent: ((spent.cpuMs - before.cpuMs) / ms) * PERCENT,
    commands: commands / fleet.desks.length / (ms / MINUTE_MS),
    scrapeMs: before.cpuMs - asleep,
    spent,
    connections: fleet.connections(),
  };
}

/** How long the server takes to tell a client that only waits, in an account that no desk has. */
async function serversWord(fleet: FleetWorld, mails: number): Promise<number> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: fleet.port,
    secure: true,
    auth: { user: fleet.spare.user, pass: fleet.spare.password },
    tls: { rejectUnauthorized: false },
    logger: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.mailboxOpen('INBOX');
  void client.idle();
  const taken: number[] = [];
  for (let mail = 0; mail < mails; mail += 1) {
    const told = new Promise<number>((resolve) => client.once('exists', () => resolve(performance.now())));
    const begun = performance.now();
    await fleet.deliver(fleet.spare.name);
    taken.push((await told) - begun);
  }
  client.close();
  return Math.max(...taken);
}

/** From delivery to acknowledgement of a mail to a desk that is idle, while others get theirs. */
async function besideBusy(fleet: FleetWorld, busy: number, mails: number): Promise<readonly number[]> {
  const [mine, ...others] = fleet.desks;
  const taken: number[] = [];
  for (let mail = 0; mail < mails; mail += 1) {
    await Promise.all(others.slice(0, busy).map((desk) => fleet.deliver(desk)));
    const begun = performance.now();
    const name = await fleet.deliver(mine ?? '');
    const letter = await fleet.letterTo(requester(name));
    taken.push(letter.at - begun);
    // All of the others are through before the next round.
    await fleet.allAcknowledged();
  }
  return taken;
}

async function measured(fleet: FleetWorld, { quick, ours }: Setting): Promise<readonly Figure[]> {
  const sizeOf = (sizes: { readonly whole: number; readonly quick: number }): number =>
    quick ? sizes.quick : sizes.whole;
  const desks = sizeOf(DESKS);
  fleet.run(ours.main);
  const first = await fleet.untilAllPassed(FIRST_LIMIT_MS);
  const firstPeak = fleet.spent().peakBytes;
  await fleet.endRun();
  fleet.run(ours.main);
  const again = await fleet.untilAllPassed(FIRST_LIMIT_MS);
  const signedIn = fleet.spent();
  await pause(CALM_MS);
  const rest = await atRest(fleet, sizeOf(REST_MINUTES));
  const word = await serversWord(fleet, sizeOf(MAILS));
  const busy = await besideBusy(fleet, sizeOf(BUSY), sizeOf(MAILS));
  const peak = fleet.spent().peakBytes;
  await fleet.endRun();
  const about = `${desks.toLocaleString('en-US')} desks`;
  const seconds = (ms: number): number => ms / 1000;
  return [
    { what: `${about}: MiB at rest`, value: rest.spent.residentBytes / MIB, bound: MAX_MIB },
    { what: `${about}: MiB at most, with ${sizeOf(BUSY)} of them busy`, value: peak / MIB, bound: MAX_MIB },
    { what: `${about}: MiB at most while all adopt their mailboxes`, value: firstPeak / MIB, bound: MAX_MIB },
    { what: `${about}: % of a core at rest`, value: rest.cpuPercent, bound: MAX_CPU_PERCENT },
    { what: `${about}: ms of CPU for one answer of /metrics`, value: rest.scrapeMs, bound: null },
    { what: `${about}: commands of a desk in a minute at rest`, value: rest.commands, bound: null },
    { what: `${about}: connections`, value: rest.connections, bound: desks },
    { what: `${about}: seconds until all adopted their mailboxes`, value: seconds(first.ms), bound: null },
    { what: `${about}: seconds from a restart until all had looked`, value: seconds(again.ms), bound: null },
    { what: `${about}: ms of CPU a desk for that`, value: signedIn.cpuMs / desks, bound: null },
    {
      what: `one mail while ${sizeOf(BUSY)} other desks get theirs: ms to its acknowledgement, median`,
      value: median(busy),
      bound: word + MAX_LATER_MS,
    },
    {
      what: `one mail while ${sizeOf(BUSY)} other desks get theirs: ms to its acknowledgement, at most`,
      value: Math.max(...busy),
      bound: word + MAX_LATER_MS,
    },
    { what: 'ms to the server’s word to a client that only waits, at most', value: word, bound: null },
  ];
}

async function run(setting: Setting): Promise<Shown> {
  const fleet = await FleetWorld.start({ desks: setting.quick ? DESKS.quick : DESKS.whole });
  try {
    return { figures: await measured(fleet, setting) };
  } finally {
    await fleet.stop();
  }
}

export const fleet: Measure = {
  title: 'fleet: a thousand desks in one process, each polled every minute',
  boundIs: 'what is promised; for a mail, the server’s word to a client that only waits, and 2 seconds',
  run,
};
