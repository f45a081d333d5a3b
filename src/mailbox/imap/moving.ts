/**
 * Moving and removing, so that nothing is ever lost and nobody else's `\Deleted` message is expunged.
 *
 * - With MOVE (RFC 6851): UID MOVE.
 * - Without it, with UIDPLUS (RFC 4315): UID COPY, then `\Deleted` and UID EXPUNGE of exactly those that COPYUID names.
 * - Without both: UID COPY, a look at the copies in the target, then `\Deleted` on those found; nothing is expunged,
 *   since a plain EXPUNGE takes everybody's. A message with `\Deleted` counts as gone.
 *
 * A connection lost in between leaves two copies, never none; after a refusal the copies are taken back. An OK is believed
 * where the server tells what it did; else a look shows it.
 */
import type { CopyResponseObject } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import { NotMoved } from '../not-moved.js';
import { copyAndLook, copyChunk, MAX_MESSAGES_PER_CHECKED_COPY } from './copying.js';
import { carriedOut, discardCopied, MAX_MESSAGES_PER_MOVE, type Move, type Moved } from './discarding.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { type UidChunk, uidChunks } from './uid-set.js';

async function moveChunk(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  if (!session.client.capabilities.has('UIDPLUS') || session.movesUntold)
    return await moveUntold(session, chunk, to);
  let left = 0;
  const leaves = (): void => {
    left += 1;
  };
  session.client.on('expunge', leaves);
  let uidMap: CopyResponseObject['uidMap'];
  try {
    const command = async (): Promise<CopyResponseObject | false> => {
      left = 0;
      return await session.client.messageMove(chunk.set, to, { uid: true });
    };
    uidMap = (await carriedOut(session, command)).uidMap;
  } finally {
    session.client.off('expunge', leaves);
  }
  // Others may have taken messages away, which a server may tell in the same answer.
  if (uidMap === undefined && left > 0 && !session.tellsMovesTo.has(to)) return untold(session, chunk, left);
  if (uidMap !== undefined) session.tellsMovesTo.add(to);
  // No map means that none of them was there any more.
  const moved: Moved = new Map(uidMap ?? []);
  // The server tells of each message that it takes away (RFC 6851 §4.3), and so whether the OK was carried out.
  if (moved.size < chunk.uids.length || left < moved.size)
    await seeThatTheyLeft(session, { chunk, moved, move });
  return moved;
}

/**
 * A server with UIDPLUS need not tell what it moved (RFC 6851 §4.3 only asks it to). From now on it is looked for before;
 * of this once it is known only if all went.
 */
function untold(session: Session, chunk: UidChunk, left: number): Moved {
  session.movesUntold = true;
  if (left === chunk.uids.length) return new Map(chunk.uids.map((uid) => [uid, null]));
  const text = 'The IMAP server did not tell which messages it moved: the next pass looks';
  throw new Problem('imap-move-untold', text, { temporary: true, scope: 'folder' });
}

/**
 * After an OK to MOVE that told too little: messages that are still there were not moved, or only copied. Of a copy that
 * lies in the target the original is taken away by ourselves; anything else is an OK that was not carried out.
 */
async function seeThatTheyLeft(
  session: Session,
  done: { readonly chunk: UidChunk; readonly moved: Moved; readonly move: Move },
): Promise<void> {
  const { chunk, moved, move } = done;
  await session.select(move.from);
  const still = await searchUids(session, { uids: chunk.uids });
  if (still.length === 0) return;
  const doing = `move messages from ${move.from} to ${move.to}`;
  if (still.some((uid) => !moved.has(uid))) throw new NotMoved(doing, []);
  await discardCopied(session, new Map(still.map((uid) => [uid, moved.get(uid) ?? null])), move);
  const left = await searchUids(session, { uids: still });
  if (left.length > 0) throw new NotMoved(doing, left);
}

/** For a server that need not tell what it moved: what has `\\Deleted` is gone, and must not be moved with the rest. */
async function moveUntold(session: Session, chunk: UidChunk, to: string): Promise<Moved> {
  const before = await searchUids(session, { uids: chunk.uids });
  const told: Moved = new Map();
  for (const part of uidChunks(before, MAX_MESSAGES_PER_MOVE)) {
    const result = await carriedOut(
      session,
      async () => await session.client.messageMove(part.set, to, { uid: true }),
    );
    for (const [uid, copy] of result.uidMap ?? []) told.set(uid, copy);
  }
  if (told.size > 0) return told;
  const left = new Set(await searchUids(session, { uids: chunk.uids }));
  return new Map(before.filter((uid) => !left.has(uid)).map((uid) => [uid, null]));
}

/**
 * Whether it is known that the server tells what it moves to that folder: then a move needs no news before it. Else what
 * others have taken away could not be told from what was moved.
 */
export function tellsMoves({ client, movesUntold, names, tellsMovesTo }: Session, to: string): boolean {
  return client.capabilities.has('MOVE') && !movesUntold && tellsMovesTo.has(names.toPath(to));
}

/** Moves messages; answers the new UID (null where unknown) of each that was there. */
export async function moveMessages(session: Session, uids: readonly number[], move: Move): Promise<Moved> {
  const { capabilities } = session.client;
  const checked = !capabilities.has('MOVE') && !capabilities.has('UIDPLUS');
  const moved: Moved = new Map();
  for (const chunk of uidChunks(uids, checked ? MAX_MESSAGES_PER_CHECKED_COPY : MAX_MESSAGES_PER_MOVE)) {
    const part = checked
      ? await copyAndLook(session, chunk, move)
      : await (capabilities.has('MOVE') ? moveChunk : copyChunk)(session, chunk, move);
    for (const [uid, newUid] of part) moved.set(uid, newUid);
  }
  return moved;
}

/** Copies messages of the selected folder; those that are gone are no error. */
export async function copyMessages(session: Session, uids: readonly number[], to: string): Promise<void> {
  const path = session.names.toPath(to);
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_MOVE))
    await carriedOut(session, async () => await session.client.messageCopy(chunk.set, path, { uid: true }));
}
