/** The half of a store that only reads, and a store that looks and changes nothing. */
import type { MailStore, ReadStore } from './store.js';

export function readingHalf(store: MailStore): ReadStore {
  return {
    folders: () => store.folders(),
    specialFolders: () => store.specialFolders(),
    state: (folder) => store.state(folder),
    search: (folder, query) => store.search(folder, query),
    fetch: (folder, uids, options) => store.fetch(folder, uids, options),
    flags: (folder, uids) => store.flags(folder, uids),
    fetchPart: (folder, uids, options) => store.fetchPart(folder, uids, options),
    fetchSource: (folder, uids) => store.fetchSource(folder, uids),
  };
}

/** For a dry run: what would be written is answered as if it were. */
export function readOnly(store: MailStore): MailStore {
  return {
    ...readingHalf(store),
    createFolder: () => Promise.resolve(),
    append: (_folder, messages) => Promise.resolve(messages.map(() => 0)),
    setFlags: () => Promise.resolve(),
    move: () => Promise.resolve(new Map()),
    copy: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
