/**
 * Storing many messages: with MULTIAPPEND (RFC 3502) a batch in one command, else one after the other.
 *
 * A batch is all or nothing by the RFC, which nobody has to believe: after a refusal whose reason may be about a single
 * message, a look must show that not one of the batch is there. Only then its messages are stored one by one, so that
 * those before the refused one stay, as without MULTIAPPEND, and the refusal is about that one. If the look shows any
 * of them, or cannot tell, the refusal of the batch is thrown, and whoever asked looks before it repeats anything.
 */
import { appendBatches } from '../append-batches.js';
import type { NewMessage, Query } from '../store.js';
import { appendMessages, messageIdOf, unfitToAppend } from './appending.js';
import { commandProblem } from './problems.js';
import { searchCommands } from './query.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';

/** Returns the new UIDs in the order of the messages. */
export async function storeMessages(
  session: Session,
  folder: string,
  messages: readonly NewMessage[],
): Promise<readonly number[]> {
  const uids: number[] = [];
  for (const batch of appendBatches(messages)) {
    const unfit = batch.findIndex((message) => unfitToAppend(session, message) !== null);
    const fit = unfit < 0 ? batch : batch.slice(0, unfit);
    uids.push(...(await storeBatch(session, folder, fit)));
    // It is told by the command that would have stored it.
    if (fit.length < batch.length) await storeEach(session, folder, batch.slice(unfit, unfit + 1));
  }
  return uids;
}

async function storeBatch(
  session: Session,
  folder: string,
  batch: readonly NewMessage[],
): Promise<readonly number[]> {
  if (batch.length < 2 || !session.takesMany) return await storeEach(session, folder, batch);
  const together = (): Promise<readonly number[] | null> => storeTogether(session, folder, batch);
  const stored = await session.run(`store ${String(batch.length)} messages in ${folder}`, together);
  if (stored !== null) return stored;
  const uids = await storeEach(session, folder, batch);
  // Each was taken, and together they were not: so it does not take several, whatever it announces.
  session.takesMany = false;
  return uids;
}

/** Each is a piece of work of its own, so that others may come between. */
async function storeEach(
  session: Session,
  folder: string,
  messages: readonly NewMessage[],
): Promise<readonly number[]> {
  const uids: number[] = [];
  for (const message of messages) {
    const alone = async (): Promise<readonly number[]> => {
      const unfit = unfitToAppend(session, message);
      if (unfit !== null) throw unfit;
      return await appendMessages(session, folder, [message]);
    };
    uids.push(...(await session.run(`store a message in ${folder}`, alone)));
  }
  return uids;
}

/** Null where the batch was refused, one of it may be the reason, and none of it is there. */
async function storeTogether(
  session: Session,
  folder: string,
  batch: readonly NewMessage[],
): Promise<readonly number[] | null> {
  try {
    return await appendMessages(session, folder, batch);
  } catch (error) {
    const { code, scope, explained } = commandProblem(error, 'store messages');
    if (code !== 'imap-refused' || (explained && scope !== 'message')) throw error;
    if (!(await noneIsThere(session, folder, batch))) throw error;
    return null;
  }
}

/** Whether it is certain that not one of these messages lies in the folder. */
async function noneIsThere(session: Session, folder: string, batch: readonly NewMessage[]): Promise<boolean> {
  const byId = batch.map(({ raw }): Query => ({ header: 'Message-ID', contains: messageIdOf(raw) ?? '' }));
  // What cannot be asked for finds nothing, which would prove nothing.
  if (byId.some((query) => searchCommands(query).length === 0)) return false;
  try {
    await session.select(folder);
    return (await searchUids(session, { or: byId })).length === 0;
  } catch {
    // What was refused first tells more than that nothing could be found out about it.
    return false;
  }
}
