/** How all folders of the desk stand. */
import { Problem } from '../../problem/problem.js';
import type { Desk } from '../workplace/desk.js';

/**
 * Looks at all folders at once; answers those of the desk that are there, or all of the account. Where a status does not show
 * every change, it is worth no command for each folder.
 */
export async function lookAtFolders({ store, folders, cache }: Desk): Promise<ReadonlySet<string>> {
  if (cache.statusesTell === false) return new Set(await store.folders());
  try {
    const found = await store.statuses(Object.values(folders));
    cache.statusesTell = [...found.values()].every(({ modseq }) => modseq !== null);
    return new Set(found.keys());
  } catch (error) {
    // Some server refuses the STATUS of an empty folder (measured on GNU imap4d 3.15).
    if (!(error instanceof Problem) || error.code !== 'imap-refused') throw error;
    cache.statusesTell = false;
    return new Set(await store.folders());
  }
}
