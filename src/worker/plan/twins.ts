/**
 * Identical copies in Open: some servers double a message when two sessions move it at once, and some people's clients
 * copy. Where two passes a minute apart have met the same copies, only the lowest UID stays, after their bytes were
 * compared. A worker that runs for one pass only leaves them.
 */
import type { Effects } from '../effects/effects.js';
import { grouped } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

/** A client that moves by copying and deleting is done within that. */
const MET_AGAIN_AFTER_MS = 60_000;

/** Each group is carried out before the next one is read: what was compared last is what is removed. */
export async function* planTwins(desk: Desk, open: readonly FiledMessage[]): AsyncGenerator<Effects, void> {
  const { twinsMet } = desk.cache;
  const groups = identicalCopies(open);
  for (const name of twinsMet.keys()) if (!groups.has(name)) twinsMet.delete(name);
  const now = desk.now();
  for (const [name, uids] of groups) {
    const met = twinsMet.get(name) ?? now;
    twinsMet.set(name, met);
    if (now.getTime() - met.getTime() < MET_AGAIN_AFTER_MS) continue;
    yield { removed: [{ folder: desk.folders.open, uids: await othersThan(desk, uids) }] };
  }
}

function identicalCopies(messages: readonly FiledMessage[]): ReadonlyMap<string, readonly number[]> {
  const copies = new Map<string, readonly number[]>();
  for (const [identity, group] of grouped(messages, ({ facts }) => facts.identity)) {
    if (group.length === 1) continue;
    const uids = group.map(({ uid }) => uid);
    copies.set(`${identity} ${uids.join()}`, uids);
  }
  return copies;
}

/** Those with the bytes of the first, which must be there still. */
async function othersThan(
  { store, folders, log }: Desk,
  uids: readonly number[],
): Promise<readonly number[]> {
  const [kept, ...others] = uids;
  if (kept === undefined) return [];
  const bytes = (await store.fetchSource(folders.open, [kept])).get(kept);
  const same: number[] = [];
  for (const uid of others) {
    const copy = (await store.fetchSource(folders.open, [uid])).get(uid);
    if (bytes === undefined || copy === undefined || !bytes.equals(copy)) continue;
    log.info({ uid, kept }, 'a message lies in Open twice: the later copy is removed');
    same.push(uid);
  }
  // It may have been taken away meanwhile, and then this is no copy any more.
  const flags = same.length === 0 ? undefined : (await store.flags(folders.open, [kept])).get(kept);
  return flags === undefined || flags.has('\\Deleted') ? [] : same;
}
