/** Where an erasure looks: the desk's own folders, and those of the account into which mail programs put copies. */
import { Problem } from '../../problem/problem.js';
import type { Desk } from '../workplace/desk.js';

export interface Searched {
  /** What is found there is erased; so is what is found in Open and Archived, which are not among them. */
  readonly own: readonly string[];
  /** What is found there is told, and left: nobody knows what people keep it for. */
  readonly others: readonly string[];
  /** Folders of other desks that are there: nothing tells what lies in them. */
  readonly unseen: readonly string[];
}

/** `spared` are other desks' folders on the same account: they are not even looked at. */
export async function foldersToSearch(desk: Desk, spared: ReadonlySet<string>): Promise<Searched> {
  const { store, folders } = desk;
  const all = await store.folders();
  const there = all.filter((folder) => !spared.has(folder));
  const { sent, trash, junk } = await store.specialFolders();
  const configured = typeof desk.sent === 'string' ? desk.sent : null;
  const wanted = new Set([folders.outbox, folders.inbox, folders.review, configured, sent, trash, junk]);
  const kept = new Set([folders.archived, folders.open, folders.register]);
  const own = there.filter((folder) => wanted.has(folder) && !kept.has(folder));
  const others = there.filter((folder) => !wanted.has(folder) && !kept.has(folder));
  return { own, others, unseen: all.filter((folder) => spared.has(folder)) };
}

/** What the server lists and cannot read may be theirs, and would stay. */
export function demandReadable({ cache }: Desk, folders: readonly string[]): void {
  const unreadable = folders.filter((folder) => cache.hasUnreadable(folder));
  if (unreadable.length === 0) return;
  throw new Problem(
    'erase-unreadable',
    `the IMAP server cannot read some messages of ${unreadable.map((name) => `"${name}"`).join(', ')}: nobody can say whose they are, so nothing is erased until it can`,
    { temporary: true, scope: 'folder' },
  );
}
