/** Tells whoever runs the worker of a list that seems to feed the desk: at most once in a process. */
import {
  type FeedingList,
  feedingList,
  feedingListWarning,
  LOOKED_AT_MESSAGES,
} from '../desk/feeding-list.js';
import type { Facts } from '../message/facts.js';
import type { Decided } from './decide-batch.js';
import type { Desk } from './desk.js';

/** After a pass over what it has filed and what is open: nothing is read for it, and nothing counted in a quiet pass. */
export function warnOfFeedingList(
  desk: Desk,
  seen: { readonly decided: readonly Decided[]; readonly open: readonly { readonly facts: Facts }[] },
): void {
  if (desk.cache.feedingListsTold.size > 0) return;
  const filed = seen.decided.map(({ pending }) => pending.facts);
  if (!filed.some(({ listIds }) => listIds.length > 0)) return;
  const known = new Set(filed.map(({ identity }) => identity));
  const open = seen.open.map(({ facts }) => facts).filter(({ identity }) => !known.has(identity));
  const found = feedingList(desk.policy, [...filed, ...open]);
  if (found === null) return;
  desk.cache.feedingListsTold.add(found.listId);
  desk.log.warn({ ...found }, feedingListWarning(found));
}

/** For `check`: the newest header blocks of the inbox and of the ticket folders that are there. */
export async function findFeedingList(desk: Desk): Promise<FeedingList | null> {
  const { store, folders, policy, cache } = desk;
  const there = new Set(await store.folders());
  const messages: Facts[] = [];
  for (const folder of [folders.inbox, folders.open, folders.archived]) {
    if (!there.has(folder)) continue;
    const { uidNext } = await store.state(folder);
    // The desk's own copies lie among them, and what was moved away has left gaps.
    const uids = await store.search(folder, { uidFrom: Math.max(1, uidNext - 10 * LOOKED_AT_MESSAGES) });
    const newest = await cache.read(store, folder, uids.slice(-2 * LOOKED_AT_MESSAGES));
    messages.push(...newest.map(({ facts }) => facts));
  }
  return feedingList(policy, messages);
}
