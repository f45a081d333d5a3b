/** A store that notes which of its calls were carried out, and which one failed last: what for, and in which folder. */
import type { MailStore } from '../../mailbox/store.js';

export interface WatchedStore {
  readonly store: MailStore;
  /** Such as `move INBOX to Tickets/Open`. */
  readonly carriedOut: Set<string>;
  /** The call that failed last, in the same words; null if none did. */
  readonly failed: () => string | null;
}

export function watchStore(store: MailStore): WatchedStore {
  const carriedOut = new Set<string>();
  let failed: string | null = null;
  const noted = async <T>(call: string, work: () => Promise<T>, what?: readonly unknown[]): Promise<T> => {
    try {
      const answer = await work();
      if (what?.length !== 0) carriedOut.add(call);
      return answer;
    } catch (error) {
      failed = call;
      throw error;
    }
  };
  return {
    carriedOut,
    failed: () => failed,
    store: {
      folders: () => store.folders(),
      specialFolders: () => store.specialFolders(),
      createFolder: (folder, options) => store.createFolder(folder, options),
      state: (folder) => noted(`open ${folder}`, () => store.state(folder)),
      search: (folder, query) => noted(`search ${folder}`, () => store.search(folder, query)),
      count: (folder, query) => noted(`search ${folder}`, () => store.count(folder, query)),
      fetch: (folder, uids, options) => noted(readOf(folder), () => store.fetch(folder, uids, options)),
      flags: (folder, uids) => noted(readOf(folder), () => store.flags(folder, uids)),
      fetchPart: (folder, uids, options) =>
        noted(readOf(folder), () => store.fetchPart(folder, uids, options)),
      fetchSource: (folder, uids) => noted(readOf(folder), () => store.fetchSource(folder, uids)),
      append: (folder, messages) => noted(appendTo(folder), () => store.append(folder, messages), messages),
      setFlags: (folder, uids, change) =>
        noted(`flags ${folder}`, () => store.setFlags(folder, uids, change)),
      move: (folder, uids, to) => noted(moveOf(folder, to), () => store.move(folder, uids, to), uids),
      copy: (folder, uids, to) => noted(`copy ${folder} to ${to}`, () => store.copy(folder, uids, to)),
      remove: (folder, uids) => noted(`remove ${folder}`, () => store.remove(folder, uids)),
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
