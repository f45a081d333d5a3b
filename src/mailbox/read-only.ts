/** A store that looks and changes nothing, for a dry run: what would be written is answered as if it were. */
import type { MailStore } from './store.js';

export function readOnly(store: MailStore): MailStore {
  return {
    folders: () => store.folders(),
    specialFolders: () => store.specialFolders(),
    state: (folder) => store.state(folder),
    search: (folder, query) => store.search(folder, query),
    fetch: (folder, uids, options) => store.fetch(folder, uids, options),
    flags: (folder, uids) => store.flags(folder, uids),
    fetchPart: (folder, uids, options) => store.fetchPart(folder, uids, options),
    fetchSource: (folder, uid) => store.fetchSource(folder, uid),
    createFolder: () => Promise.resolve(),
    append: () => Promise.resolve(0),
    setFlags: () => Promise.resolve(),
    move: () => Promise.resolve(new Map()),
    copy: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
