/** A pass with nothing to do costs the same, however much is archived. */
import { bytesOf, countOf, type Traffic } from './meter.js';
import { type MeteredDesk, withDesk } from './metered-desk.js';
import { sampleLetter } from './sample-letter.js';
import type { Figure, Measure } from './table.js';

const OPEN_TICKETS = 10;
const ARCHIVED = [100, 1_000, 5_000];
/** Larger archives have UIDs and numbers with more digits. */
const BYTES_TOLERANCE = 0.05;
const AT_A_TIME = 200;
const CLOSED = 'closed';
const FOLDERS = { open: 'Tickets/Open', archived: 'Tickets/Archived', outbox: 'Tickets/Outbox' };

interface Idle {
  readonly archived: number;
  /** Of a worker that begins, as `once` from cron does: signs in, and reads what is open. */
  readonly first: Traffic;
  /** Of a worker that has made a pass before, as `run` does. */
  readonly next: Traffic;
}

async function emptyOutbox(desk: MeteredDesk): Promise<void> {
  await desk.inMailbox(async (client) => {
    await client.mailboxOpen(FOLDERS.outbox);
    await client.messageDelete('1:*');
  });
}

async function openTickets(desk: MeteredDesk, names: readonly string[]): Promise<void> {
  for (const name of names) await desk.deliver(sampleLetter({ name }));
  await desk.passes(1);
  await emptyOutbox(desk);
}

/** Tickets that a person has dragged to the archive, and the desk has followed. */
async function archiveTickets(desk: MeteredDesk, names: readonly string[]): Promise<void> {
  await openTickets(desk, names);
  await desk.inMailbox(async (client) => {
    await client.mailboxOpen(FOLDERS.open);
    await client.messageMove({ subject: CLOSED }, FOLDERS.archived);
  });
  await desk.passes(2);
  await emptyOutbox(desk);
}

/** By and by, as archives grow: held mail for thousands of tickets would make each pass a long one. */
async function grow(desk: MeteredDesk, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += AT_A_TIME) {
    const names = Array.from(
      { length: Math.min(AT_A_TIME, to - at) },
      (_, index) => `${CLOSED}-${at + index}`,
    );
    await archiveTickets(desk, names);
  }
  const [open, archived] = [await desk.messagesIn(FOLDERS.open), await desk.messagesIn(FOLDERS.archived)];
  if (open !== OPEN_TICKETS || archived !== to)
    throw new Error(`Open holds ${open} messages and the archive ${archived}.`);
}

async function run(): Promise<readonly Figure[]> {
  const seen = await withDesk(async (desk) => {
    await openTickets(
      desk,
      Array.from({ length: OPEN_TICKETS }, (_, index) => `waiting-${index}`),
    );
    const idle: Idle[] = [];
    let before = 0;
    for (const archived of ARCHIVED) {
      await grow(desk, before, archived);
      const [first, next] = await desk.passes(2);
      if (first === undefined || next === undefined) throw new Error('There were no two passes.');
      idle.push({ archived, first: first.traffic, next: next.traffic });
      before = archived;
    }
    return idle;
  });
  return [
    ...figures(seen, 'first pass', ({ first }) => first),
    ...figures(seen, 'next pass', ({ next }) => next),
  ];
}

function figures(seen: readonly Idle[], which: string, of: (idle: Idle) => Traffic): readonly Figure[] {
  const counts = [
    { what: 'commands', count: (traffic: Traffic) => countOf(traffic), tolerance: 0 },
    { what: 'round trips', count: (traffic: Traffic) => traffic.roundTrips, tolerance: 0 },
    { what: 'bytes', count: bytesOf, tolerance: BYTES_TOLERANCE },
  ];
  return counts.flatMap(({ what, count, tolerance }) =>
    seen.map((idle, index): Figure => {
      const [smallest] = seen;
      const bound = index === 0 || smallest === undefined ? null : count(of(smallest));
      const about = `${which}, ${idle.archived.toLocaleString('en-US')} archived: ${what}`;
      return { what: about, value: count(of(idle)), bound, tolerance };
    }),
  );
}

export const idlePass: Measure = {
  title: `idle: a pass with nothing pending, ${OPEN_TICKETS} open tickets, and more and more that are archived`,
  boundIs: 'the same pass with the smallest archive',
  run,
};
