/**
 * How a ticket changes its state, so that a worker may die between any two commands.
 *
 * The state is in two flags of the ticket's register entry: `\Answered` says archived, `\Flagged` says that a
 * transition is under way. The order of effects is always:
 *
 * 1. The mail that the transition causes is staged, held (`\Flagged`) in the outbox.
 * 2. One STORE sets both flags of the entry as they shall be.
 * 3. The messages move.
 * 4. A hint says where in the archive they went.
 * 5. The held mail is released.
 * 6. `\Flagged` is cleared, after a look that `\Answered` is still what was set.
 *
 * While `\Flagged` stands, the messages follow the entry: whoever sees it finishes the move (`finish.ts`). Without
 * it, the entry follows the messages, because then a person has moved them (`follow.ts`); an open ticket of which
 * nothing lies in Open or is pending counts as archived. A new ticket's entry is born with `\Flagged` and loses it
 * once its first message lies in Open. Where a person has put that there already (`open-dragged.ts`), nothing would
 * tell a next pass what the ticket has still to cause: its mail is staged before the entry is appended, and taken
 * back if another worker was quicker with the number.
 *
 * Mail that is still held when its cause is no longer pending is released if the cause lies in a folder of its
 * ticket, and dropped if it does not, or if the same mail was sent before: the last command of a dead worker may reach
 * the server after its successor's (`settle.ts`). Only the holder of the lock sets flags on entries. What of this
 * holds, and without the lock, `test/model` tries with every death and many orders.
 */

import type { TicketState } from '../../desk/ticket/ticket.js';
import {
  type MovedMessage,
  type Registered,
  SPLIT_OFF,
  type TicketRecord,
} from '../../mailbox/register/entry.js';
import type { Flag } from '../../mailbox/store.js';
import { Problem } from '../../problem/problem.js';
import { type ArchiveView, appendHint } from '../sight/archive.js';
import type { Survey } from '../sight/survey.js';
import { ticketOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

/** Step 2. */
export async function beginTransition(
  desk: Desk,
  survey: Survey,
  asked: { number: number; to: TicketState },
): Promise<void> {
  const { number, to } = asked;
  const record = survey.records.get(number);
  if (record === undefined) return;
  const kept = record.flags.has(SPLIT_OFF) ? [SPLIT_OFF] : [];
  const flags: Flag[] = ['\\Seen', '\\Flagged', ...(to === 'archived' ? ['\\Answered'] : []), ...kept];
  await desk.store.setFlags(desk.folders.register, [record.uid], { set: flags });
  remember(survey, record, flags);
}

/**
 * Step 3 for messages that lie in the other folder; answers where they went. Throws if one was not moved and is there still:
 * the entry stays under way then, and the next pass goes on.
 */
export async function moveMessages(
  desk: Desk,
  messages: readonly FiledMessage[],
  to: TicketState,
): Promise<readonly MovedMessage[]> {
  if (messages.length === 0) return [];
  const { store, folders } = desk;
  const [from, target] =
    to === 'archived' ? [folders.open, folders.archived] : [folders.archived, folders.open];
  const uids = messages.map(({ uid }) => uid);
  const moved = await store.move(from, uids, target);
  const missed = uids.filter((uid) => !moved.has(uid));
  const left = missed.length === 0 ? [] : await store.search(from, { uids: missed });
  if (left.length > 0) throw notMoved(from, left.length);
  return messages.flatMap(({ uid, facts }) =>
    moved.has(uid) ? [{ uid: moved.get(uid) ?? null, identity: facts.identity }] : [],
  );
}

function notMoved(folder: string, count: number): Problem {
  return new Problem(
    'messages-left',
    `the server left ${count} messages of a ticket in "${folder}" that were to be moved; the next pass tries again`,
    { temporary: true, scope: 'folder' },
  );
}

/** Steps 4 and 6, and the flags of the ticket's links and the like, which follow those of its entry. */
export async function endTransition(
  desk: Desk,
  survey: Survey,
  done: {
    number: number;
    to: TicketState;
    archive: ArchiveView;
    moved: readonly MovedMessage[];
    complete: boolean;
  },
): Promise<void> {
  const { number, to, archive, moved, complete } = done;
  if (to === 'archived') await appendHint(desk, survey, { archive, ticket: number, moved, complete });
  await flagLinks(desk, survey, { number, to });
}

/** The flags of its links, and of those of what was merged into it. */
export async function flagLinks(
  desk: Desk,
  survey: Survey,
  ticket: { number: number; to: TicketState },
): Promise<void> {
  const archived = ticket.to === 'archived';
  const isWrong = (one: { ticket: number; flags: ReadonlySet<string> }): boolean =>
    survey.ledger.endOf(one.ticket) === ticket.number && one.flags.has('\\Answered') !== archived;
  const links = [...survey.links.values()].filter(isWrong);
  const written = [...survey.written.values()].filter(isWrong);
  const uids = [...links, ...written].map(({ uid }) => uid);
  if (uids.length === 0) return;
  await desk.store.setFlags(
    desk.folders.register,
    uids,
    archived ? { add: ['\\Answered'] } : { remove: ['\\Answered'] },
  );
  const flagged = (flags: ReadonlySet<string>): ReadonlySet<string> =>
    new Set(archived ? [...flags, '\\Answered'] : [...flags].filter((flag) => flag !== '\\Answered'));
  for (const link of links) survey.links.set(link.identity, { ...link, flags: flagged(link.flags) });
  for (const one of written) survey.written.set(one.identity, { ...one, flags: flagged(one.flags) });
}

/** Step 6, for several tickets at once. */
export async function clearUnderWay(desk: Desk, survey: Survey, numbers: readonly number[]): Promise<void> {
  const records = numbers.flatMap((number) => survey.records.get(number) ?? []);
  if (records.length === 0) return;
  const { store, folders } = desk;
  const now = await store.flags(
    folders.register,
    records.map(({ uid }) => uid),
  );
  const unchanged = records.filter(
    ({ uid, flags }) =>
      now.get(uid) !== undefined && now.get(uid)?.has('\\Answered') === flags.has('\\Answered'),
  );
  if (unchanged.length === 0) return;
  await store.setFlags(
    folders.register,
    unchanged.map(({ uid }) => uid),
    { remove: ['\\Flagged'] },
  );
  for (const record of unchanged)
    remember(
      survey,
      record,
      [...record.flags].filter((flag) => flag !== '\\Flagged'),
    );
}

/** Keeps the survey true to what was just stored. */
function remember(survey: Survey, record: Registered<TicketRecord>, flags: readonly string[]): void {
  const changed = { ...record, flags: new Set(flags) };
  survey.records.set(record.number, changed);
  survey.ledger.add(ticketOf(changed, survey.ledger.own(record.number)?.messages ?? []));
}
