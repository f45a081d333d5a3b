/** Taking messages away: originals whose copies are proven, and messages of the desk's own. */
import type { CopyResponseObject } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { type UidChunk, uidChunks } from './uid-set.js';

export const MAX_MESSAGES_PER_MOVE = 1000;

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** By old UID; null where the server did not tell the new one. */
export type Moved = Map<number, number | null>;

/**
 * Copies or moves. imapflow answers `false` for a refusal; what was refused, the wire knows. But it takes Dovecot's NO to a
 * command on messages of which some are gone ("Some of the requested messages no longer exist") for an OK. None was
 * copied or moved then (RFC 9051 §6.4.7; measured, for MOVE too), so it is asked once more by a folder that is up to date.
 */
export async function carriedOut(
  session: Session,
  command: () => Promise<CopyResponseObject | false | undefined>,
): Promise<CopyResponseObject> {
  const first = await attempt(session, command);
  if (!first.refused) return first.result;
  await session.refresh();
  const second = await attempt(session, command);
  if (!second.refused) return second.result;
  const text = `The IMAP server refused to copy or move messages of ${session.folder}: some of them no longer exist`;
  throw new Problem('imap-refused', text, { temporary: true, scope: 'folder' });
}

interface Attempt {
  readonly result: CopyResponseObject;
  readonly refused: boolean;
}

async function attempt(
  session: Session,
  command: () => Promise<CopyResponseObject | false | undefined>,
): Promise<Attempt> {
  const answers: string[] = [];
  const answered = ({ response }: { response: string }): void => {
    answers.push(response);
  };
  session.wire.takeLastError();
  session.client.on('response', answered);
  try {
    const result = await command();
    if (result === false || result === undefined) {
      throw (
        session.wire.takeLastError() ??
        new Problem('imap-failed', 'A folder was closed meanwhile', { temporary: true })
      );
    }
    return { result, refused: answers.includes('NO') && result.uidMap === undefined };
  } finally {
    session.client.off('response', answered);
  }
}

/** Marks messages `\Deleted`, and expunges exactly these where the server can. */
async function discard(session: Session, chunk: UidChunk): Promise<void> {
  const sequence = { type: 'SEQUENCE', value: chunk.set };
  await session.wire.command('UID STORE', [
    sequence,
    { type: 'ATOM', value: '+FLAGS.SILENT' },
    [{ type: 'ATOM', value: '\\Deleted' }],
  ]);
  if (session.client.capabilities.has('UIDPLUS')) await session.wire.command('UID EXPUNGE', [sequence]);
}

/** Takes originals away, once a look into the target has shown their copies. In the folder that they lie in. */
export async function discardCopied(session: Session, copied: Moved, move: Move): Promise<void> {
  const copies = [...copied.values()].filter((uid) => uid !== null);
  await session.select(move.to);
  const there = new Set(await searchUids(session, { uids: copies }));
  await session.select(move.from);
  const proven = [...copied].flatMap(([uid, copy]) => (copy !== null && there.has(copy) ? [uid] : []));
  await removeMessages(session, proven);
  if (proven.length < copied.size) throw unproven();
}

export function unproven(): Problem {
  const text = 'A copy was made that then could not be found: its original was kept';
  return new Problem('imap-copy-unproven', text, { temporary: true });
}

/** Removes messages of our own from the selected folder. */
export async function removeMessages(session: Session, uids: readonly number[]): Promise<void> {
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_MOVE)) await discard(session, chunk);
}
