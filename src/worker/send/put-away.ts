/**
 * What becomes of a copy in the outbox whose letter is sent, step by step, so that nothing is sent that could not be
 * marked, and nothing twice for a mark that was refused:
 *
 * 1. Before it is sent it is marked `\Draft`, under way, with a batch of others. Where that is refused, nothing is sent.
 * 2. Once the server has taken some, one STORE marks them `\Answered`. What could not be marked so is remembered otherwise
 *    (`taken.ts`).
 * 3. A copy that belongs to its ticket keeps `\Draft` beside `\Answered` and moves to where the ticket is by now, many in
 *    one command. One that is left in the outbox with both was sent, and a later pass moves it.
 * 4. There both flags go: they say nothing about a message in a ticket.
 * 5. Any other copy loses `\Draft`, stays as the memory of the limits, and goes when their windows are over.
 */
import { keptInTicket } from '../../desk/letters/staging.js';
import { longestWindowMs } from '../../desk/limits/limits.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { Effects, FlagChange, Move, MovingMessage } from '../effects/effects.js';
import { type ArchiveView, hintOf } from '../sight/archive.js';
import type { Survey } from '../sight/survey.js';
import { findLeftBehind, SENT_AND_UNDER_WAY } from '../sight/unsent.js';
import { grouped } from '../workplace/batches.js';
import { ClaimedElsewhere, LookAgain } from '../workplace/claim.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { isLetter, type Letter, type OutboxCopy, outboxCopyOf } from '../workplace/outbox-copy.js';
import { rememberTaken } from './taken.js';

export interface Done {
  readonly copy: Letter;
  /**
   * `taken`: by an earlier pass, and not marked. `left`: marked, and not moved. `filed`: for nobody but the ticket.
   * `unsigned`: it was never sent, since nobody knows who wrote it.
   */
  readonly outcome: 'sent' | 'taken' | 'left' | 'filed' | 'unsigned';
}

const DAY_MS = 86_400_000;
const UNDER_WAY = '\\Draft';

/** Step 1. */
export async function flagUnderWay(
  desk: WorkingDesk,
  survey: Survey,
  copies: readonly OutboxCopy[],
): Promise<void> {
  const uids = copies.map(({ uid }) => uid);
  await carryOut(desk, survey, {
    flags: [{ folder: desk.folders.outbox, uids, change: { add: [UNDER_WAY] } }],
  });
}

/** Not under way after all: they wait for a later pass, or go to Review. */
export function unflagged({ folders }: Desk, uids: readonly number[]): FlagChange {
  return { folder: folders.outbox, uids, change: { remove: [UNDER_WAY] } };
}

/** Step 2. Throws what the mailbox refuses it with, once it is remembered. */
export async function flagSent(desk: WorkingDesk, survey: Survey, group: readonly Done[]): Promise<void> {
  const sent = group.filter(({ outcome }) => outcome === 'sent' || outcome === 'taken');
  if (sent.length === 0) return;
  const effects: Effects = { flags: [sentFlags(desk, sent)] };
  try {
    await carryOut(desk, survey, effects).catch((error: unknown) => {
      // Whoever has lost the desk to another worker gives it up at once.
      if (error instanceof LookAgain || error instanceof ClaimedElsewhere) throw error;
      return carryOut(desk, survey, effects);
    });
  } catch (error) {
    const ids = sent.flatMap(({ copy }) => copy.messageId ?? []);
    await rememberTaken(desk, survey, ids);
    throw error;
  }
}

/** All alike, whether they stay or move: so one command does. A command of a dead worker may have taken `\Draft` off. */
function sentFlags({ folders }: Desk, sent: readonly Done[]): FlagChange {
  const uids = sent.map(({ copy }) => copy.uid);
  return { folder: folders.outbox, uids, change: { add: ['\\Seen', '\\Answered', UNDER_WAY] } };
}

/** Copies that an earlier pass has marked as sent, and that did not get to their tickets. */
export async function leftBehind(desk: Desk, found: Survey['leftBehind']): Promise<readonly Done[]> {
  const uids = found ?? (await findLeftBehind(desk));
  const messages = await desk.store.fetch(desk.folders.outbox, uids);
  return messages
    .map(outboxCopyOf)
    .filter(isLetter)
    .map((copy) => ({ copy, outcome: 'left' }));
}

/** Step 3, for what was sent and for what is only filed. Answers the folders that something has moved to. */
export async function putAway(
  desk: WorkingDesk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Done[] },
): Promise<readonly string[]> {
  const { folders, cache } = desk;
  const byFolder = new Map(grouped(done.group, (one) => restingPlace(desk, survey, one)));
  const staying = byFolder.get(null) ?? [];
  byFolder.delete(null);
  cache.copiesWiped &&= byFolder.size === 0;
  const unmark = [...staying, ...(byFolder.get(folders.review) ?? [])].map(({ copy }) => copy.uid);
  const moves = [...byFolder].map(([to, group]): Move => {
    const messages = group.map(({ copy }) => moving(survey, copy));
    return { from: folders.outbox, to: to ?? folders.review, messages };
  });
  const archived = moves.filter(({ to }) => to === folders.archived).flatMap(({ messages }) => messages);
  const tickets = new Set(archived.flatMap(({ ticket }) => ticket ?? []));
  const hints = [...tickets].map((ticket) => hintOf(done.archive, ticket));
  await carryOut(desk, survey, { flags: [unflagged(desk, unmark)], moves, hints });
  // What did not go after all will be met again.
  cache.sent.forget(
    'outbox',
    moves.flatMap(({ messages }) => messages.map(({ uid }) => uid)),
  );
  return moves.map(({ to }) => to);
}

/**
 * Step 4, once a drain, of whatever lies there, so that what a dead worker has moved loses the flags too. No letter depends
 * on it. Only the first drain of a process looks into folders that it has moved nothing to.
 */
export async function wipeCopies(
  desk: WorkingDesk,
  survey: Survey,
  { isFirst, movedTo }: { readonly isFirst: boolean; readonly movedTo: ReadonlySet<string> },
): Promise<void> {
  const { store, folders, log, cache } = desk;
  const change = { remove: ['\\Answered', UNDER_WAY] };
  const seen = new Map([[folders.archived, cache.markedInArchive]]);
  // Whatever comes to lie there from now on is not among them.
  cache.markedInArchive = null;
  try {
    for (const folder of [folders.open, folders.archived]) {
      if (!isFirst && !movedTo.has(folder)) continue;
      const known = movedTo.has(folder) ? null : seen.get(folder);
      const uids = known ?? (await store.search(folder, SENT_AND_UNDER_WAY));
      await carryOut(desk, survey, { flags: [{ folder, uids, change }] });
    }
    cache.copiesWiped = true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The next drain looks into all of them again.
    cache.copiesWiped = false;
    log.warn({ err: error }, 'flags of sent mail could not be taken off');
  }
}

/** null where the copy stays in the outbox. */
function restingPlace(desk: Desk, survey: Survey, { copy: { stage }, outcome }: Done): string | null {
  if (outcome === 'unsigned') return desk.folders.review;
  if (!keptInTicket(stage) || stage.ticket === null) return null;
  const record = survey.ledger.records.get(survey.ledger.endOf(stage.ticket));
  return record !== undefined && stateOf(record) === 'open' ? desk.folders.open : desk.folders.archived;
}

function moving({ ledger }: Survey, { uid, identity, stage }: Done['copy']): MovingMessage {
  return { uid, identity, ticket: stage.ticket === null ? null : ledger.endOf(stage.ticket) };
}

/** Step 5. */
export async function planForgetting(desk: Desk): Promise<Effects> {
  const { store, folders, policy } = desk;
  // IMAP's BEFORE knows days only, and in the server's time zone: one more is kept.
  const before = new Date(desk.now().getTime() - longestWindowMs(policy) - DAY_MS);
  const uids = await store.search(folders.outbox, {
    and: [{ flag: '\\Answered', set: true }, { flag: UNDER_WAY, set: false }, { before }],
  });
  return { removed: [{ folder: folders.outbox, uids }] };
}
