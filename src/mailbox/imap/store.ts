/** The MailStore port over one IMAP connection. Its rules are stated in ../store.ts. */
import type {
  FolderState,
  FolderStatus,
  MailStore,
  NewMessage,
  Query,
  SpecialFolders,
  StoredMessage,
} from '../store.js';
import { changedFlags } from './changes.js';
import { type Moved, removeMessages } from './discarding.js';
import {
  fetchAtOnce,
  fetchMessages,
  flagsOf,
  type PartRequest,
  type Picking,
  partsOf,
  pickAll,
  pickAtOnce,
  sourcesOf,
} from './fetching.js';
import { type FlagChange, storeFlags } from './flagging.js';
import { createFolder, folderState, listFolders, specialFolders } from './folders.js';
import { copyMessages, moveMessages, tellsMoves } from './moving.js';
import type { Place } from './place.js';
import { countAtOnce, countMatches, searchAtOnce, searchUids } from './searching.js';
import type { Session } from './session.js';
import { folderStatuses } from './statuses.js';
import { storeMessages } from './storing.js';

/** Every method is one piece of work on the session; an empty list costs no command. */
export class ImapStore implements MailStore {
  readonly #session: Session;
  #special: SpecialFolders | null = null;
  /** Every folder, as last listed. */
  #listed = '';

  constructor(session: Session) {
    this.#session = session;
  }

  readsTogether(): () => void {
    return this.#session.looks.together();
  }

  async folders(): Promise<readonly string[]> {
    const names = await this.#session.run('list the folders', () => listFolders(this.#session));
    const listed = JSON.stringify([...names].sort());
    // A folder that has come or gone may be a special one.
    if (listed !== this.#listed) this.#special = null;
    this.#listed = listed;
    return names;
  }

  async specialFolders(): Promise<SpecialFolders> {
    this.#special ??= await this.#session.run('list the folders', () => specialFolders(this.#session));
    return this.#special;
  }

  async createFolder(folder: string, { subscribe }: { readonly subscribe: boolean }): Promise<void> {
    const create = (): Promise<void> => createFolder(this.#session, folder, subscribe);
    await this.#session.run(`create the folder ${folder}`, create);
  }

  async state(folder: string): Promise<FolderState> {
    return await this.#session.runOpening(folder, 'open', () => folderState(this.#session, folder));
  }

  async statuses(folders: readonly string[]): Promise<ReadonlyMap<string, FolderStatus>> {
    if (folders.length === 0) return new Map();
    return await this.#session.run('look at the folders', () => folderStatuses(this.#session, folders));
  }

  async search(folder: string, query: Query): Promise<readonly number[]> {
    return await this.#session.read<readonly number[]>({ folder, reads: true, looks: true }, 'search', {
      ask: () => searchAtOnce(this.#session, query),
      otherwise: () => searchUids(this.#session, query),
    });
  }

  async count(folder: string, query: Query): Promise<number> {
    return await this.#session.read({ folder, reads: true }, 'search', {
      ask: () => countAtOnce(this.#session, query),
      otherwise: () => countMatches(this.#session, query),
    });
  }

  async fetch(
    folder: string,
    uids: readonly number[],
    { structure = false }: { readonly structure?: boolean } = {},
  ): Promise<readonly StoredMessage[]> {
    if (uids.length === 0) return [];
    return await this.#session.read<readonly StoredMessage[]>({ folder, reads: true }, 'read messages', {
      ask: () => fetchAtOnce(this.#session, uids, structure),
      otherwise: () => fetchMessages(this.#session, uids, structure),
    });
  }

  async flags(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    if (uids.length === 0) return new Map();
    return await this.#pick({ folder, reads: true }, 'read flags', flagsOf(uids));
  }

  async flagsSince(
    folder: string,
    uidFrom: number,
    modseq: string,
  ): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    const read = (): Promise<Map<number, ReadonlySet<string>>> =>
      changedFlags(this.#session, uidFrom, modseq);
    return await this.#session.read({ folder, reads: true }, 'read changed flags', {
      ask: read,
      otherwise: read,
    });
  }

  async fetchPart(
    folder: string,
    uids: readonly number[],
    request: PartRequest,
  ): Promise<ReadonlyMap<number, Buffer>> {
    if (uids.length === 0) return new Map();
    return await this.#pick({ folder, uids }, 'read bodies', partsOf(uids, request));
  }

  async fetchSource(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
    if (uids.length === 0) return new Map();
    return await this.#pick({ folder, uids }, 'read whole messages', sourcesOf(uids));
  }

  async #pick<T>(place: Place, doing: string, picking: Picking<T>): Promise<ReadonlyMap<number, T>> {
    return await this.#session.read(place, doing, {
      ask: () => pickAtOnce(this.#session, picking),
      otherwise: () => pickAll(this.#session, picking),
    });
  }

  async append(folder: string, messages: readonly NewMessage[]): Promise<readonly number[]> {
    return await storeMessages(this.#session, folder, messages);
  }

  async setFlags(folder: string, uids: readonly number[], change: FlagChange): Promise<void> {
    if (uids.length === 0) return;
    await this.#session.runIn({ folder, uids }, 'change flags', () =>
      storeFlags(this.#session, uids, change),
    );
  }

  async move(
    folder: string,
    uids: readonly number[],
    to: string,
  ): Promise<ReadonlyMap<number, number | null>> {
    if (uids.length === 0) return new Map();
    const move = (): Promise<Moved> => moveMessages(this.#session, uids, { from: folder, to });
    const place = tellsMoves(this.#session, to) ? { folder, uids } : { folder };
    return await this.#session.runIn(place, `move messages to ${to}`, move);
  }

  async copy(folder: string, uids: readonly number[], to: string): Promise<void> {
    if (uids.length === 0) return;
    const copy = (): Promise<void> => copyMessages(this.#session, uids, to);
    await this.#session.runIn({ folder, uids }, `copy messages to ${to}`, copy);
  }

  async remove(folder: string, uids: readonly number[]): Promise<void> {
    if (uids.length === 0) return;
    await this.#session.runIn({ folder, uids }, 'remove messages', () => removeMessages(this.#session, uids));
  }
}
