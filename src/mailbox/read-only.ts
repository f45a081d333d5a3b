/** The half of a store that only reads. */
import type { ReadStore } from './store.js';

export function readingHalf(store: ReadStore): ReadStore {
  return {
    readsTogether: () => store.readsTogether(),
    folders: () => store.folders(),
    specialFolders: () => store.specialFolders(),
    state: (folder) => store.state(folder),
    statuses: (folders) => store.statuses(folders),
    search: (folder, query) => store.search(folder, query),
    count: (folder, query) => store.count(folder, query),
    fetch: (folder, uids, options) => store.fetch(folder, uids, options),
    flagsSince: (folder, uidFrom, modseq) => store.flagsSince(folder, uidFrom, modseq),
    flags: (folder, uids) => store.flags(folder, uids),
    fetchPart: (folder, uids, options) => store.fetchPart(folder, uids, options),
    fetchSource: (folder, uids) => store.fetchSource(folder, uids),
  };
}

/** The same where some folders are not there yet: they are empty. */
export function withoutFolders(store: ReadStore, lacking: ReadonlySet<string>): ReadStore {
  const reading = readingHalf(store);
  return {
    ...reading,
    state: async (folder) => (lacking.has(folder) ? { uidValidity: '0', uidNext: 1 } : reading.state(folder)),
    statuses: (folders) => reading.statuses(folders.filter((folder) => !lacking.has(folder))),
    search: async (folder, query) => (lacking.has(folder) ? [] : reading.search(folder, query)),
    count: async (folder, query) => (lacking.has(folder) ? 0 : reading.count(folder, query)),
    fetch: async (folder, ...what) => (lacking.has(folder) ? [] : reading.fetch(folder, ...what)),
  };
}
