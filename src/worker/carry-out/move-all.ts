/** Moves messages, in one command from folder to folder. */
import { Problem } from '../../problem/problem.js';
import type { Move, Moved, MovingMessage } from '../effects/effects.js';
import { grouped } from '../workplace/batches.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { refusesWithoutReason } from '../workplace/unreadable.js';

interface Went {
  /** The new UIDs by the old ones, null where the server does not tell. */
  readonly went: ReadonlyMap<number, number | null>;
  /** What is still there, and had to go. */
  readonly left: readonly MovingMessage[];
  readonly error: Problem | null;
}

export interface AllMoved {
  readonly moved: readonly Moved[];
  /** Tickets that did not go as a whole, and why the first of them did not. */
  readonly left: ReadonlySet<number | null>;
  readonly error: Problem | null;
}

export async function moveAll(desk: WorkingDesk, moves: readonly Move[]): Promise<AllMoved> {
  const named = moves.flatMap((way) => way.messages.map((message) => ({ ...message, way })));
  const ways = grouped(named, ({ way }) => JSON.stringify([way.from, way.to, way.whole === true]));
  const moved: Moved[] = [];
  const left = new Set<number | null>();
  let error: Problem | null = null;
  for (const [first, ...others] of ways.values()) {
    if (first === undefined) continue;
    const { to: folder, whole = false } = first.way;
    const messages = [...new Map([first, ...others].map((one) => [one.uid, one])).values()];
    const outcome = whole
      ? await moveWhole(desk, first.way, messages)
      : await move(desk, first.way, messages);
    for (const { ticket } of outcome.left) left.add(ticket);
    error ??= outcome.error;
    // Open is read whole, so what has left it is forgotten; of the archive nothing more is kept than was looked for.
    if (folder === desk.folders.open) desk.cache.moved(outcome.went, first.way);
    for (const { uid, identity, ticket } of messages)
      if (outcome.went.has(uid))
        moved.push({ uid: outcome.went.get(uid) ?? null, identity, ticket, folder, whole });
  }
  return { moved, left, error };
}

async function move(
  { store }: WorkingDesk,
  { from, to }: Move,
  messages: readonly MovingMessage[],
): Promise<Went> {
  const uids = messages.map(({ uid }) => uid);
  return { went: await store.move(from, uids, to), left: [], error: null };
}

/** A refusal without a reason may be about one message: then each ticket is tried by itself, so that it keeps only its own. */
async function moveWhole(desk: WorkingDesk, way: Move, messages: readonly MovingMessage[]): Promise<Went> {
  try {
    const { went } = await move(desk, way, messages);
    const left = await stillThere(
      desk,
      way.from,
      messages.filter(({ uid }) => !went.has(uid)),
    );
    return { went, left, error: left.length === 0 ? null : messagesLeft(way.from, left.length) };
  } catch (error) {
    if (!refusesWithoutReason(error)) throw error;
    const tickets = [...grouped(messages, ({ ticket }) => ticket).values()];
    if (tickets.length === 1) return { went: new Map(), left: messages, error };
    const each: Went[] = [];
    for (const some of tickets) each.push(await moveWhole(desk, way, some));
    return {
      went: new Map(each.flatMap(({ went }) => [...went])),
      left: each.flatMap(({ left }) => left),
      error: each.find((one) => one.error !== null)?.error ?? null,
    };
  }
}

async function stillThere(
  { store }: WorkingDesk,
  folder: string,
  messages: readonly MovingMessage[],
): Promise<readonly MovingMessage[]> {
  if (messages.length === 0) return [];
  const there = new Set(await store.search(folder, { uids: messages.map(({ uid }) => uid) }));
  return messages.filter(({ uid }) => there.has(uid));
}

function messagesLeft(folder: string, count: number): Problem {
  return new Problem(
    'messages-left',
    `the server left ${count} messages of a ticket in "${folder}" that were to be moved; the next pass tries again`,
    { temporary: true, scope: 'folder' },
  );
}
