/** The outbox as a pass reads it: what has not been sent. */
import type { Query } from '../../mailbox/store.js';
import type { InFolder } from '../effects/effects.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import { type OutboxCopy, outboxCopyOf } from '../workplace/outbox-copy.js';
import { findUnreadable } from '../workplace/unreadable.js';
import { overheard } from './sent-facts.js';

/**
 * Held and unsent mail; of copies with one Message-ID only the lowest UID counts, the others are void. What the server
 * cannot read is left out, and the cache knows of it.
 */
export async function readOutbox(
  desk: Desk,
  found?: readonly number[],
): Promise<{ readonly copies: readonly OutboxCopy[]; readonly voided: readonly InFolder[] }> {
  const { copies: read, unreadable } = await readUnsent(desk, found);
  desk.cache.unreadableOutbox = unreadable;
  const met = new Set<string>();
  const copies: OutboxCopy[] = [];
  const voided: number[] = [];
  for (const copy of read) {
    const { messageId, stage, uid } = copy;
    const isVoid = messageId !== null && stage !== null && met.has(messageId);
    if (messageId !== null && stage !== null) met.add(messageId);
    if (isVoid) voided.push(uid);
    else copies.push(copy);
  }
  return { copies, voided: [{ folder: desk.folders.outbox, uids: voided }] };
}

/** The UIDs of what has not been sent. */
export function findUnsent({ store, folders }: Desk): Promise<readonly number[]> {
  return store.search(folders.outbox, { flag: '\\Answered', set: false });
}

/** What is sent and still marked as under way: it did not get to its ticket, or has not lost that mark there. */
export const SENT_AND_UNDER_WAY: Query = {
  and: [
    { flag: '\\Answered', set: true },
    { flag: '\\Draft', set: true },
  ],
};

/** The UIDs of copies that are marked as sent, and did not get to their tickets. */
export function findLeftBehind({ store, folders }: Desk): Promise<readonly number[]> {
  return store.search(folders.outbox, SENT_AND_UNDER_WAY);
}

/** Headers that are held at once: of a long outbox only what is made of them stays. */
const READ_TOGETHER = 500;

/** What has not been sent, and the UIDs of what the server cannot read of it. */
export async function readUnsent(
  desk: Desk,
  found?: readonly number[],
): Promise<{ readonly copies: readonly OutboxCopy[]; readonly unreadable: readonly number[] }> {
  const { folders } = desk;
  const uids = found ?? (await findUnsent(desk));
  const copies: OutboxCopy[] = [];
  const read: { readonly uid: number }[] = [];
  for (const some of chunksOf(uids, READ_TOGETHER)) {
    const messages = await overheard(desk).fetch(folders.outbox, some);
    read.push(...messages.map(({ uid }) => ({ uid })));
    // Another worker may have sent it since it was found.
    copies.push(...messages.filter(({ flags }) => !flags.has('\\Answered')).map(outboxCopyOf));
  }
  return { copies, unreadable: await findUnreadable(desk, folders.outbox, { uids, read }) };
}
