/** Many tickets dragged by somebody at once, to the archive and back: only the first message of each. */
import { FOLDERS, type MeasuredDesk, withMeasured } from './desk.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const TICKETS = { whole: 1_000, quick: 100 };
const MAX_MS = 1;
/** Of the first messages, and of nothing else in these folders. */
const FIRST = { header: { 'message-id': 'new-' } };

/** Milliseconds that the server takes to move what matches, and how much that was. */
async function drag(desk: MeasuredDesk, from: string, to: string): Promise<{ ms: number; moved: number }> {
  return desk.inMailbox(async (client) => {
    await client.mailboxOpen(from);
    const uids = (await client.search(FIRST, { uid: true })) || [];
    const startedAt = performance.now();
    await client.messageMove(uids, to, { uid: true });
    return { ms: performance.now() - startedAt, moved: uids.length };
  });
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
  if (left !== 0) throw new Error(`${left} messages were left in ${from}.`);
  return { ms, moved: before - left };
}

async function run({ quick, ours }: Setting): Promise<Shown> {
  const tickets = quick ? TICKETS.quick : TICKETS.whole;
  const figures = await withMeasured(ours, {}, async (desk) => {
    await desk.openTickets(tickets);
    await desk.once();
    const shown: Figure[] = [];
    for (const [from, to, about] of [
      [FOLDERS.open, FOLDERS.archived, 'to the archive'],
      [FOLDERS.archived, FOLDERS.open, 'back'],
    ] as const) {
      const quiet = (await desk.once()).ms;
      const dragged = await drag(desk, from, to);
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
      );
    }
    return shown;
  });
  return { figures };
}

export const gestures: Measure = {
  title: 'gestures: many tickets dragged at once by their first messages, and the pass that follows them',
  boundIs: 'what is promised; the time of a quiet pass and of the server’s own moves does not count',
  run,
};
