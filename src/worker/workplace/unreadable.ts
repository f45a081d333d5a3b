/**
 * Messages that the server lists, and refuses to read. Nothing is known of one but its place, so it stands by a name
 * for that among those that have an identity.
 */
import { type Facts } from '../../message/facts/facts.js';
import { readFacts } from '../../message/read-facts.js';
import { Problem } from '../../problem/problem.js';
import type { Desk } from './desk.js';

const PREFIX = 'unreadable:';
export const CANNOT_BE_READ = 'the mail server cannot read it';

export function isUnreadable(identity: string): boolean {
  return identity.startsWith(PREFIX);
}

/** Such a refusal may be about the one message that was asked for. */
export function refusesWithoutReason(error: unknown): error is Problem {
  return error instanceof Problem && error.code === 'imap-refused' && !error.explained;
}

/** Those of the UIDs that are still there, though the server did not read them when it was asked to. */
export async function findUnreadable(
  desk: Desk,
  folder: string,
  asked: { readonly uids: readonly number[]; readonly read: readonly { readonly uid: number }[] },
): Promise<readonly number[]> {
  const read = new Set(asked.read.map(({ uid }) => uid));
  const missing = asked.uids.filter((uid) => !read.has(uid));
  return missing.length === 0 ? [] : desk.store.search(folder, { uids: missing });
}

export function unreadableIdentity({ uidValidity, uid }: { uidValidity: string; uid: number }): string {
  return `${PREFIX}${uidValidity}:${uid}`;
}

/** What stands for the facts of such a message: it is nobody's, and about nothing. */
export function unreadableFacts(place: { uidValidity: string; uid: number }, now: Date): Facts {
  const empty = readFacts({ header: Buffer.from('\r\n'), size: 0, receivedAt: now, structure: null });
  return { ...empty, identity: unreadableIdentity(place), automatic: null, mayBeBounce: false };
}
