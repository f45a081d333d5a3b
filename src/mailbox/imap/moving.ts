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
import { createHash } from 'node:crypto';
import type { CopyResponseObject } from 'imapflow';
import { Problem } from '../../desk/problem.js';
import { NotMoved } from '../not-moved.js';
import type { StoredMessage } from '../store.js';
import { fetchMessages } from './fetching.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { type UidChunk, uidChunks } from './uid-set.js';

const MAX_MESSAGES_PER_MOVE = 1000;
/** A look at the copies reads their header blocks, so these batches are smaller. */
const MAX_MESSAGES_PER_CHECKED_COPY = 200;

export interface Move {
  readonly from: string;
  readonly to: string;
}

type Moved = Map<number, number | null>;

/** imapflow answers `false` for a refusal; what was refused, the wire knows. */
async function carriedOut(
  session: Session,
  command: () => Promise<CopyResponseObject | false | undefined>,
): Promise<CopyResponseObject> {
  session.wire.takeLastError();
  const result = await command();
  if (result === false || result === undefined) {
    throw (
      session.wire.takeLastError() ??
      new Problem('imap-failed', 'A folder was closed meanwhile', { temporary: true })
    );
  }
  return result;
}

/** Marks messages `\Deleted`, and expunges exactly these where the server can. */
async function discard(session: Session, chunk: UidChunk): Promise<void> {
  const sequence = { type: 'SEQUENCE', value: chunk.set };
  await session.wire.command('UID STORE', [
    sequence,
    { type: 'ATOM', value: '+FLAGS.SILENT' },
    [{ type: 'ATOM', value: '\\Deleted' }],
  ]);
  if (session.client.capabilities.has('UIDPLUS')) {
    await session.wire.command('UID EXPUNGE', [sequence]);
  }
}

async function moveChunk(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  if (!session.client.capabilities.has('UIDPLUS')) {
    return await moveUntold(session, chunk, to);
  }
  let left = 0;
  const leaves = (): void => {
    left += 1;
  };
  session.client.on('expunge', leaves);
  let moved: Moved;
  try {
    const command = async (): Promise<CopyResponseObject | false> =>
      await session.client.messageMove(chunk.set, to, { uid: true });
    // No map means that none of them was there any more.
    moved = new Map((await carriedOut(session, command)).uidMap ?? []);
  } finally {
    session.client.off('expunge', leaves);
  }
  // The server tells of each message that it takes away (RFC 6851 §4.3), and so whether the OK was carried out.
  if (moved.size < chunk.uids.length || left < moved.size)
    await seeThatTheyLeft(session, { chunk, moved, move });
  return moved;
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

/** Takes originals away, once a look into the target has shown their copies. In the folder that they lie in. */
async function discardCopied(session: Session, copied: Moved, move: Move): Promise<void> {
  const copies = [...copied.values()].filter((uid) => uid !== null);
  await session.select(move.to);
  const there = new Set(await searchUids(session, { uids: copies }));
  await session.select(move.from);
  const proven = [...copied].flatMap(([uid, copy]) => (copy !== null && there.has(copy) ? [uid] : []));
  for (const chunk of uidChunks(proven, MAX_MESSAGES_PER_MOVE)) await discard(session, chunk);
  if (proven.length < copied.size) throw unproven();
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

async function copyChunk(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  // Copies that could not be looked at afterwards could not be taken back either.
  await session.select(move.to);
  await session.select(move.from);
  const copy = async (): Promise<CopyResponseObject | false> =>
    await session.client.messageCopy(chunk.set, to, { uid: true });
  const result = await carriedOut(session, copy);
  if (result.uidMap === undefined && (await searchUids(session, { uids: chunk.uids })).length > 0) {
    throw unproven();
  }
  const moved: Moved = new Map(result.uidMap ?? []);
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

async function takenBack(session: Session, folder: string, copies: readonly number[]): Promise<boolean> {
  try {
    await session.select(folder);
    await removeMessages(session, copies);
    return (await stillIn(session, folder, copies)).length === 0;
  } catch {
    return false;
  }
}

function unproven(): Problem {
  const text = 'A copy was made that then could not be found: its original was kept';
  return new Problem('imap-copy-unproven', text, { temporary: true });
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
    const known = byPrint.get(print);
    if (known === undefined) {
      byPrint.set(print, [copy.uid]);
    } else {
      known.push(copy.uid);
    }
  }
  const matched = new Map<number, number>();
  for (const original of originals) {
    const uid = byPrint.get(fingerprint(original))?.shift();
    if (uid !== undefined) {
      matched.set(original.uid, uid);
    }
  }
  return matched;
}

/** For a server that tells nothing of where copies went: they are looked for above the target's last UIDNEXT. */
async function copyAndLook(session: Session, chunk: UidChunk, move: Move): Promise<Moved> {
  const to = session.names.toPath(move.to);
  const target = await session.reselect(move.to);
  const firstUid: number | undefined = target.uidNext;
  await session.select(move.from);
  const originals = await fetchMessages(session, chunk.uids, false);
  const present = originals.map((message) => message.uid);
  for (const part of uidChunks(present, MAX_MESSAGES_PER_CHECKED_COPY)) {
    await carriedOut(session, async () => await session.client.messageCopy(part.set, to, { uid: true }));
  }
  if (present.length === 0) {
    return new Map();
  }
  await session.reselect(move.to);
  const arrived = await searchUids(session, { uidFrom: firstUid ?? 1 });
  const moved = matchCopies(originals, await fetchMessages(session, arrived, false));
  if (moved.size > 0) await finishMove(session, moved, move);
  if (moved.size < originals.length) {
    throw unproven();
  }
  return moved;
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
    for (const [uid, newUid] of part) {
      moved.set(uid, newUid);
    }
  }
  return moved;
}

/** Copies messages of the selected folder; those that are gone are no error. */
export async function copyMessages(session: Session, uids: readonly number[], to: string): Promise<void> {
  const path = session.names.toPath(to);
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_MOVE)) {
    await carriedOut(session, async () => await session.client.messageCopy(chunk.set, path, { uid: true }));
  }
}

/** Removes messages of our own from the selected folder. */
export async function removeMessages(session: Session, uids: readonly number[]): Promise<void> {
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_MOVE)) {
    await discard(session, chunk);
  }
}
