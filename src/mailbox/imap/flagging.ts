/**
 * UID STORE. imapflow's own methods drop flags that they think a folder does not take; a server says so.
 *
 * Not .SILENT: the server tells the new flags in the same round trip (RFC 9051 §6.4.6), and they show whether an OK was
 * carried out. A letter whose flag for "sent" is missing would be sent again.
 */
import { Problem } from '../../problem/problem.js';
import type { Flag, MailStore } from '../store.js';
import { flagsOf, pickAll } from './fetching.js';
import { notCarriedOutProblem } from './problems.js';
import type { Session } from './session.js';
import { type UidChunk, uidChunks } from './uid-set.js';

const MAX_MESSAGES_PER_STORE = 2000;

export type FlagChange = Parameters<MailStore['setFlags']>[2];

interface Operation {
  readonly item: string;
  readonly flags: readonly Flag[];
  /** Whether a message with these flags has it behind it. */
  readonly isDone: (flags: ReadonlySet<string>) => boolean;
}

function among(flags: ReadonlySet<string>): (flag: Flag) => boolean {
  const there = new Set([...flags].map((flag) => flag.toLowerCase()));
  return (flag) => there.has(flag.toLowerCase());
}

function operation(change: FlagChange): Operation {
  if ('set' in change) {
    const wanted = new Set(change.set.map((flag) => flag.toLowerCase()));
    const isDone = (flags: ReadonlySet<string>): boolean =>
      change.set.every(among(flags)) &&
      [...flags].every((flag) => !isSettable(flag) || wanted.has(flag.toLowerCase()));
    return { item: 'FLAGS', flags: change.set, isDone };
  }
  return 'add' in change
    ? { item: '+FLAGS', flags: change.add, isDone: (flags) => change.add.every(among(flags)) }
    : { item: '-FLAGS', flags: change.remove, isDone: (flags) => !change.remove.some(among(flags)) };
}

/** System flags but \\Recent, which is the server's own. Keywords may be set by a server's filters at any time. */
function isSettable(flag: string): boolean {
  return /^\\(?!recent$)/i.test(flag);
}

/** In the selected folder, one command a batch. Throws `imap-not-carried-out` where the flags are not what was asked for. */
export async function storeFlags(
  session: Session,
  uids: readonly number[],
  change: FlagChange,
): Promise<void> {
  const wanted = operation(change);
  if (wanted.flags.some((flag) => !/^\\?[A-Za-z0-9$_.+-]+$/.test(flag)))
    throw new Problem('imap-flag', 'Not a flag that IMAP could store');
  if (wanted.flags.length === 0 && !('set' in change)) return;
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_STORE)) {
    const unsure = await storeChunk(session, chunk, wanted);
    if (unsure.length > 0) await makeSure(session, unsure, wanted);
  }
}

/** Returns the UIDs for which the server has not told the new flags; those of messages that are gone are among them. */
async function storeChunk(session: Session, chunk: UidChunk, wanted: Operation): Promise<readonly number[]> {
  const done = new Set<number>();
  const told = ({ uid, flags }: { uid?: number | undefined; flags: Set<string> }): void => {
    if (uid !== undefined && wanted.isDone(flags)) done.add(uid);
  };
  session.client.on('flags', told);
  try {
    await session.wire.command('UID STORE', [
      { type: 'SEQUENCE', value: chunk.set },
      { type: 'ATOM', value: wanted.item },
      wanted.flags.map((value) => ({ type: 'ATOM', value })),
    ]);
  } finally {
    session.client.off('flags', told);
  }
  return chunk.uids.filter((uid) => !done.has(uid));
}

/**
 * Somebody else may have taken the message away, which a session may not be shown before it asks (Courier still tells the
 * flags), or changed the flags at the same moment, so the command is given once more before it counts as undone.
 */
async function makeSure(session: Session, uids: readonly number[], wanted: Operation): Promise<void> {
  const undone = async (): Promise<number[]> => {
    const flags = await pickAll(session, flagsOf(uids));
    return [...flags].flatMap(([uid, there]) => (wanted.isDone(there) ? [] : [uid]));
  };
  await session.refresh();
  const first = await undone();
  if (first.length === 0) return;
  for (const chunk of uidChunks(first, MAX_MESSAGES_PER_STORE)) await storeChunk(session, chunk, wanted);
  if ((await undone()).length > 0) throw notCarriedOutProblem(`change flags in ${session.folder}`);
}
