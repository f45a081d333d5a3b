/**
 * Whether a mailing list seems to feed the desk. Mail from lists is never answered, so a desk behind a group of which
 * it does not know acknowledges nobody, and nothing else would show why.
 */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';

/** Of the newest messages no more are looked at. */
export const LOOKED_AT_MESSAGES = 50;
/** Of fewer nothing can be told. */
export const MIN_TELLING_MESSAGES = 10;

/** The desk's own copies lie among them. */
export const MAX_LOOKED_THROUGH = 4 * LOOKED_AT_MESSAGES;

export interface FeedingList {
  readonly listId: string;
  readonly bearing: number;
  readonly of: number;
}

/**
 * Whether a List-Id is of a list that feeds the desk: one that the configuration names, or the desk's own address, as
 * Google Groups and other hosts write it (RFC 2919 §3: the name of the list before its domain, with a dot between).
 */
export function isOwnList(policy: DeskPolicy, id: string): boolean {
  const address = policy.address.toLowerCase();
  return [...policy.ownLists, address, address.replace('@', '.')].some((own) => own.toLowerCase() === id);
}

/** The newest messages that are not the desk's own. */
export function newestMail(policy: DeskPolicy, messages: readonly Facts[]): readonly Facts[] {
  return newestOf(messages)
    .filter((facts) => !isOwn(policy, facts))
    .slice(0, LOOKED_AT_MESSAGES);
}

/** As many as are looked through, the newest first. */
export function newestOf(messages: readonly Facts[]): Facts[] {
  return messages
    .toSorted((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime())
    .slice(0, MAX_LOOKED_THROUGH);
}

/** The one list, not among `ownLists`, that more than half of the newest messages came through; else null. */
export function feedingList(policy: DeskPolicy, messages: readonly Facts[]): FeedingList | null {
  const newest = newestMail(policy, messages);
  if (newest.length < MIN_TELLING_MESSAGES) return null;
  const counts = new Map<string, number>();
  for (const { listIds } of newest) for (const id of listIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const id of counts.keys()) if (isOwnList(policy, id)) counts.delete(id);
  const [first] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (first === undefined || first[1] * 2 <= newest.length) return null;
  return { listId: first[0], bearing: first[1], of: newest.length };
}

export function feedingListWarning({ listId, bearing, of }: FeedingList): string {
  return `${bearing} of the newest ${of} messages bear the List-Id <${listId}>, and mail from lists is not answered: if this list feeds the desk, name it in "ownLists"`;
}
