/** Many tickets dragged by somebody at once, to the archive and back: only the first message of each. */
import { FOLDERS, type MeasuredDesk, withMeasured } from './desk.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

/** Not few in a quick run, either: then the beginning of a process is most of what is measured. */
const TICKETS = { whole: 1_000, quick: 500 };
const MAX_MS = 1;
/** Tickets that nobody drags: without mail in Open a pass has less to do at all than one that follows a drag. */
const STAYING = 5;
/** Of the first messages, and of nothing else in these folders. */
const FIRST = { header: { 'message-id': 'new-' } };

/** Milliseconds that the server takes to move so many of what matches, and how much that was. */
async function drag(
  desk: MeasuredDesk,
  count: number,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<{ ms: number; moved: number }> {
  return desk.inMailbox(async (client) => {
    await client.mailboxOpen(from);
    const uids = ((await client.search(FIRST, { uid: true })) || []).slice(0, count);
    const startedAt = performance.now();
    await client.messageMove(uids, to, { uid: true });
    return { ms: performance.now() - startedAt, moved: uids.length };
  });
}

/**
 * The milliseconds of a pass that looks at everything and finds nothing to do. Where nothing at all has changed since the last one,
 * the desk is at rest, and `once` makes no pass: so somebody flags a message before, and takes the flag away again.
 */
async function quietPass(desk: MeasuredDesk): Promise<number> {
  await desk.inMailbox(async (client) => {
    await client.mailboxOpen(FOLDERS.open);
    await client.messageFlagsAdd('1', ['\\Flagged']);
    await client.messageFlagsRemove('1', ['\\Flagged']);
  });
  return (await desk.once()).ms;
}

interface Followed {
  readonly ms: number;
  /** That the desk has moved itself. */
  readonly moved: number;
}

/** A pass of `once` that follows what somebody has moved. */
async function follow(desk: MeasuredDesk, from: string): Promise<Followed> {
  const before = await desk.messagesIn(from);
  const { ms } = await desk.once();
  const left = await desk.messagesIn(from);
  // Of a ticket that stays, its first message and its acknowledgement.
  const staying = from === FOLDERS.open ? 2 * STAYING : 0;
  if (left !== staying) throw new Error(`${left} messages were left in ${from}.`);
  return { ms, moved: before - left };
}

async function run({ ours, quick }: Setting): Promise<Shown> {
  const tickets = quick ? TICKETS.quick : TICKETS.whole;
  const figures = await withMeasured(ours, {}, async (desk) => {
    await desk.openTickets(tickets + STAYING);
    await desk.once();
    const shown: Figure[] = [];
    for (const [from, to, about] of [
      [FOLDERS.open, FOLDERS.archived, 'to the archive'],
      [FOLDERS.archived, FOLDERS.open, 'back'],
    ] as const) {
      const quiet = await quietPass(desk);
      const dragged = await drag(desk, tickets, { from, to });
      if (dragged.moved !== tickets) throw new Error(`${dragged.moved} messages were dragged.`);
      const followed = await follow(desk, from);
      // What the desk moved itself takes the server as long, message for message, as what was dragged.
      const serverMs = (dragged.ms / dragged.moved) * followed.moved;
      shown.push(
        {
          what: `${tickets} tickets dragged ${about}: ms a ticket beyond the server’s moves`,
          value: (followed.ms - quiet - serverMs) / tickets,
          bound: MAX_MS,
        },
        {
          what: `${tickets} tickets dragged ${about}: ms a message of the server’s own move`,
          value: dragged.ms / dragged.moved,
          bound: null,
        },
        {
          what: `${tickets} tickets dragged ${about}: ms of the quiet pass before, which looks and finds nothing`,
          value: quiet,
          bound: null,
        },
      );
    }
    return shown;
  });
  return { figures };
}

export const gestures: Measure = {
  title: 'gestures: many tickets dragged at once by their first messages, and the pass that follows them',
  boundIs:
    'what is promised; the time of a quiet pass that looks at everything, and of the server’s own moves, does not count',
  run,
};
