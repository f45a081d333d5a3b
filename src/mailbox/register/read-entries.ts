/** Reading entries of the register: all of them, or a Problem. An entry that was not read must not be taken for none. */
import { Problem } from '../../problem/problem.js';
import type { ReadStore, StoredMessage } from '../store.js';

/** Throws `register-unreadable` if the server lists an entry that it does not read. Entries that are gone are left out. */
export async function readEntries(
  store: ReadStore,
  folder: string,
  uids: readonly number[],
): Promise<readonly StoredMessage[]> {
  const entries = await store.fetch(folder, uids);
  if (entries.length === uids.length) return entries;
  const read = new Set(entries.map(({ uid }) => uid));
  const missing = uids.filter((uid) => !read.has(uid));
  const still = await store.search(folder, { uids: missing });
  if (still.length === 0) return entries;
  throw new Problem(
    'register-unreadable',
    `the IMAP server lists ${still.length} entries of the register "${folder}" that it cannot read (UID ${still.slice(0, 5).join(', ')}): nothing is done until it can. If it never will, remove these messages and let "imapdesk repair" rebuild what they said`,
    { temporary: true, scope: 'folder' },
  );
}
