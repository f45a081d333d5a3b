/**
 * Moving on a server without MOVE: UID COPY, a look at the copies, then the originals are taken away. After a refusal the
 * copies are taken back.
 */
import { createHash } from 'node:crypto';
import type { CopyResponseObject } from 'imapflow';
import { NotMoved } from '../not-moved.js';
import type { StoredMessage } from '../store.js';
import { carriedOut, discardCopied, type Move, type Moved, removeMessages, unproven } from './discarding.js';
import { fetchMessages } from './fetching.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { type UidChunk, uidChunks } from './uid-set.js';

/** A look at the copies reads their header blocks, so these batches are smaller. */
export const MAX_MESSAGES_PER_CHECKED_COPY = 200;

/** For a server without MOVE that tells where copies went (RFC 4315 COPYUID). */
export async function copyChunk(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  // Copies that could not be looked at afterwards could not be taken back either.
  const { uidNext } = await session.reselect(move.to);
  await session.select(move.from);
  const copy = async (): Promise<CopyResponseObject | false> =>
    await session.client.messageCopy(chunk.set, to, { uid: true });
  const { uidMap } = await carriedOut(session, copy);
  // A server with UIDPLUS may yet not tell, as of a folder whose UIDs do not last (RFC 4315 §2, UIDNOTSTICKY).
  if (uidMap === undefined) {
    const originals = await fetchMessages(session, chunk.uids, false);
    return await findCopies(session, originals, { move, firstUid: uidNext });
  }
  const moved: Moved = new Map(uidMap);
  if (moved.size > 0) await finishMove(session, moved, move);
  return moved;
}

/**
 * Takes the originals away, or else the copies, where the server refuses that: each later pass would make one more. An
 * original with `\Deleted` is nowhere, and its copy stays. Who loses the connection has to leave both.
 */
async function finishMove(session: Session, copied: Moved, move: Move): Promise<void> {
  const doing = `move messages from ${move.from} to ${move.to}`;
  let failure: unknown = null;
  try {
    await discardCopied(session, copied, move);
  } catch (error) {
    failure = error;
  }
  let still: readonly number[];
  try {
    still = await stillIn(session, move.from, [...copied.keys()]);
  } catch (error) {
    // What fails after a failure tells less than that did.
    throw failure ?? error;
  }
  if (still.length === 0) return;
  const copies = still.flatMap((uid) => copied.get(uid) ?? []);
  if (!(await takenBack(session, move.to, copies))) throw new NotMoved(doing, still);
  throw failure ?? new NotMoved(doing, []);
}

async function stillIn(session: Session, folder: string, uids: readonly number[]): Promise<number[]> {
  await session.select(folder);
  return await searchUids(session, { uids });
}

/** A look shows that they are gone; where that is refused too, the server has told of each message that it took away. */
async function takenBack(session: Session, folder: string, uids: readonly number[]): Promise<boolean> {
  let told = 0;
  const leaves = (): void => {
    told += 1;
  };
  session.client.on('expunge', leaves);
  try {
    await session.select(folder);
    told = 0;
    await removeMessages(session, uids);
    return (await stillIn(session, folder, uids)).length === 0;
  } catch {
    return told >= uids.length;
  } finally {
    session.client.off('expunge', leaves);
  }
}

function fingerprint(message: StoredMessage): string {
  return `${createHash('sha256').update(message.header).digest('hex')}:${String(message.size)}`;
}

/** Pairs each original with a copy of the same header block and size, lowest UIDs first. */
function matchCopies(
  originals: readonly StoredMessage[],
  copies: readonly StoredMessage[],
): Map<number, number> {
  const byPrint = new Map<string, number[]>();
  for (const copy of copies) {
    const print = fingerprint(copy);
    byPrint.set(print, [...(byPrint.get(print) ?? []), copy.uid]);
  }
  const matched = new Map<number, number>();
  for (const original of originals) {
    const uid = byPrint.get(fingerprint(original))?.shift();
    if (uid !== undefined) matched.set(original.uid, uid);
  }
  return matched;
}

/** For a server that tells nothing of where copies went: they are looked for above the target's last UIDNEXT. */
export async function copyAndLook(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  const target = await session.reselect(move.to);
  const firstUid: number | undefined = target.uidNext;
  await session.select(move.from);
  const originals = await fetchMessages(session, chunk.uids, false);
  const present = originals.map((message) => message.uid);
  for (const part of uidChunks(present, MAX_MESSAGES_PER_CHECKED_COPY))
    await carriedOut(session, async () => await session.client.messageCopy(part.set, to, { uid: true }));
  return await findCopies(session, originals, { move, firstUid });
}

/** Looks for copies that were just made, above the target's UIDNEXT of before, and ends the move of what is found. */
async function findCopies(
  session: Session,
  originals: readonly StoredMessage[],
  where: { readonly move: Move; readonly firstUid: number | undefined },
): Promise<Moved> {
  const { move, firstUid } = where;
  if (originals.length === 0) return new Map();
  await session.reselect(move.to);
  const arrived = await searchUids(session, { uidFrom: firstUid ?? 1 });
  const moved = matchCopies(originals, await fetchMessages(session, arrived, false));
  if (moved.size > 0) await finishMove(session, moved, move);
  if (moved.size < originals.length) throw unproven();
  return moved;
}
