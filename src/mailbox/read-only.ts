/** The half of a store that only reads, and a store that looks and changes nothing. */
import type { MailStore } from './store.js';

type ReadStore = Pick<
  MailStore,
  'folders' | 'specialFolders' | 'state' | 'search' | 'fetch' | 'flags' | 'fetchPart' | 'fetchSource'
>;

export function readingHalf(store: MailStore): ReadStore {
  return {
    folders: () => store.folders(),
    specialFolders: () => store.specialFolders(),
    state: (folder) => store.state(folder),
    search: (folder, query) => store.search(folder, query),
    fetch: (folder, uids, options) => store.fetch(folder, uids, options),
    flags: (folder, uids) => store.flags(folder, uids),
    fetchPart: (folder, uids, options) => store.fetchPart(folder, uids, options),
    fetchSource: (folder, uid) => store.fetchSource(folder, uid),
  };
}

/** For a dry run: what would be written is answered as if it were. */
export function readOnly(store: MailStore): MailStore {
  return {
    ...readingHalf(store),
    createFolder: () => Promise.resolve(),
    append: () => Promise.resolve(0),
    setFlags: () => Promise.resolve(),
    move: () => Promise.resolve(new Map()),
    copy: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
