/**
 * Identical copies in Open: some servers double a message when two sessions move it at once, and some people's clients
 * copy. Where two passes a minute apart have met the same copies, only the lowest UID stays, after their bytes were
 * compared. A worker that runs for one pass only leaves them.
 */
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

/** A client that moves by copying and deleting is done by then. */
const MET_AGAIN_AFTER_MS = 60_000;

export async function mergeCopies(desk: Desk, open: readonly FiledMessage[]): Promise<void> {
  const { copiesMet } = desk.cache;
  const groups = identicalCopies(open);
  for (const name of copiesMet.keys()) if (!groups.has(name)) copiesMet.delete(name);
  const now = desk.now();
  for (const [name, uids] of groups) {
    const met = copiesMet.get(name) ?? now;
    copiesMet.set(name, met);
    if (now.getTime() - met.getTime() >= MET_AGAIN_AFTER_MS) await merge(desk, uids);
  }
}

function identicalCopies(messages: readonly FiledMessage[]): ReadonlyMap<string, readonly number[]> {
  const byIdentity = new Map<string, number[]>();
  for (const { uid, facts } of messages) {
    byIdentity.set(facts.identity, [...(byIdentity.get(facts.identity) ?? []), uid]);
  }
  const several = [...byIdentity].filter(([, uids]) => uids.length > 1);
  return new Map(several.map(([identity, uids]) => [`${identity} ${uids.join()}`, uids]));
}

async function merge(desk: Desk, uids: readonly number[]): Promise<void> {
  const { store, folders, log } = desk;
  const [kept, ...others] = uids;
  if (kept === undefined) return;
  const bytes = (await store.fetchSource(folders.open, [kept])).get(kept);
  for (const uid of others) {
    const copy = (await store.fetchSource(folders.open, [uid])).get(uid);
    if (bytes === undefined || copy === undefined || !bytes.equals(copy)) continue;
    // It may have been taken away meanwhile, and then this is no copy any more.
    const flags = (await store.flags(folders.open, [kept])).get(kept);
    if (flags === undefined || flags.has('\\Deleted')) return;
    log.info({ uid, kept }, 'a message lay in Open twice: the later copy is removed');
    await store.remove(folders.open, [uid]);
  }
}
