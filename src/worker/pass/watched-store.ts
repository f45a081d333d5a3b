/**
 * A store that notes which of its calls were carried out, and which one failed last: what for, and in which folder. It counts
 * what writes: what was seen of the mailbox before is not all that there is any more.
 */
import type { MailStore } from '../../mailbox/store.js';

export interface WatchedStore {
  readonly store: MailStore;
  /** Such as `move INBOX to Tickets/Open`. */
  readonly carriedOut: Set<string>;
  /** The call that failed last, in the same words; null if none did. */
  readonly failed: () => string | null;
  /** How many calls have changed something, or tried to. */
  readonly writes: () => number;
}

export function watchStore(store: MailStore): WatchedStore {
  const carriedOut = new Set<string>();
  let failed: string | null = null;
  let writes = 0;
  const noted = async <T>(call: string, work: () => Promise<T>, isNothing = false): Promise<T> => {
    try {
      const answer = await work();
      if (!isNothing) carriedOut.add(call);
      return answer;
    } catch (error) {
      failed = call;
      throw error;
    }
  };
  const written = <T>(call: string, work: () => Promise<T>, what: readonly unknown[]): Promise<T> => {
    writes += what.length === 0 ? 0 : 1;
    return noted(call, work, what.length === 0);
  };
  return {
    carriedOut,
    failed: () => failed,
    writes: () => writes,
    store: {
      readsTogether: () => store.readsTogether(),
      folders: () => store.folders(),
      specialFolders: () => store.specialFolders(),
      createFolder: (folder, options) => store.createFolder(folder, options),
      state: (folder) => noted(`open ${folder}`, () => store.state(folder)),
      statuses: (folders) => store.statuses(folders),
      search: (folder, query) => noted(`search ${folder}`, () => store.search(folder, query)),
      count: (folder, query) => noted(`search ${folder}`, () => store.count(folder, query)),
      fetch: (folder, uids, options) => noted(readOf(folder), () => store.fetch(folder, uids, options)),
      flagsSince: (folder, uidFrom, modseq) =>
        noted(readOf(folder), () => store.flagsSince(folder, uidFrom, modseq)),
      flags: (folder, uids) => noted(readOf(folder), () => store.flags(folder, uids)),
      fetchPart: (folder, uids, options) =>
        noted(readOf(folder), () => store.fetchPart(folder, uids, options)),
      fetchSource: (folder, uids) => noted(readOf(folder), () => store.fetchSource(folder, uids)),
      append: (folder, messages) => written(appendTo(folder), () => store.append(folder, messages), messages),
      setFlags: (folder, uids, change) =>
        written(`flags ${folder}`, () => store.setFlags(folder, uids, change), uids),
      move: (folder, uids, to) => written(moveOf(folder, to), () => store.move(folder, uids, to), uids),
      copy: (folder, uids, to) =>
        written(`copy ${folder} to ${to}`, () => store.copy(folder, uids, to), uids),
      remove: (folder, uids) => written(`remove ${folder}`, () => store.remove(folder, uids), uids),
    },
  };
}

export function readOf(folder: string): string {
  return `read ${folder}`;
}

export function appendTo(folder: string): string {
  return `append ${folder}`;
}

export function moveOf(folder: string, to: string): string {
  return `move ${folder} to ${to}`;
}
