/** The MailStore port over one IMAP connection. Its rules are stated in ../store.ts. */
import type { FolderState, MailStore, NewMessage, Query, SpecialFolders, StoredMessage } from '../store.js';
import { appendMessage } from './appending.js';
import { removeMessages } from './discarding.js';
import { fetchFlags, fetchMessages, fetchParts, fetchSources, type PartRequest } from './fetching.js';
import { type FlagChange, storeFlags } from './flagging.js';
import { createFolder, folderState, listFolders, specialFolders } from './folders.js';
import { copyMessages, moveMessages } from './moving.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';

/** Every method is one piece of work on the session; an empty list costs no command. */
export class ImapStore implements MailStore {
  readonly #session: Session;
  #special: SpecialFolders | null = null;
  /** Every folder, as last listed. */
  #listed = '';

  constructor(session: Session) {
    this.#session = session;
  }

  async folders(): Promise<readonly string[]> {
    const names = await this.#session.run('list the folders', async () => await listFolders(this.#session));
    const listed = JSON.stringify([...names].sort());
    // A folder that has come or gone may be a special one.
    if (listed !== this.#listed) this.#special = null;
    this.#listed = listed;
    return names;
  }

  async specialFolders(): Promise<SpecialFolders> {
    const look = async (): Promise<SpecialFolders> => await specialFolders(this.#session);
    this.#special ??= await this.#session.run('list the folders', look);
    return this.#special;
  }

  async createFolder(folder: string, options: { readonly subscribe: boolean }): Promise<void> {
    const create = async (): Promise<void> => await createFolder(this.#session, folder, options.subscribe);
    await this.#session.run(`create the folder ${folder}`, create);
  }

  async state(folder: string): Promise<FolderState> {
    return await this.#session.run(`open ${folder}`, async () => await folderState(this.#session, folder));
  }

  async search(folder: string, query: Query): Promise<readonly number[]> {
    return await this.#session.runIn(folder, 'search', async () => {
      this.#session.looked(folder);
      return await searchUids(this.#session, query);
    });
  }

  async fetch(
    folder: string,
    uids: readonly number[],
    options: { readonly structure?: boolean } = {},
  ): Promise<readonly StoredMessage[]> {
    if (uids.length === 0) {
      return [];
    }
    const read = async (): Promise<StoredMessage[]> =>
      await fetchMessages(this.#session, uids, options.structure ?? false);
    return await this.#session.runIn(folder, 'read messages', read);
  }

  async flags(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    if (uids.length === 0) {
      return new Map();
    }
    return await this.#session.runIn(folder, 'read flags', async () => await fetchFlags(this.#session, uids));
  }

  async fetchPart(
    folder: string,
    uids: readonly number[],
    request: PartRequest,
  ): Promise<ReadonlyMap<number, Buffer>> {
    if (uids.length === 0) {
      return new Map();
    }
    const read = async (): Promise<Map<number, Buffer>> => await fetchParts(this.#session, uids, request);
    return await this.#session.runIn(folder, 'read bodies', read);
  }

  async fetchSource(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
    if (uids.length === 0) {
      return new Map();
    }
    const read = async (): Promise<Map<number, Buffer>> => await fetchSources(this.#session, uids);
    return await this.#session.runIn(folder, 'read whole messages', read);
  }

  async append(folder: string, messages: readonly NewMessage[]): Promise<readonly number[]> {
    const uids: number[] = [];
    for (const { raw, flags } of messages) {
      const append = async (): Promise<number> => await appendMessage(this.#session, folder, { raw, flags });
      uids.push(await this.#session.run(`store a message in ${folder}`, append));
    }
    return uids;
  }

  async setFlags(folder: string, uids: readonly number[], change: FlagChange): Promise<void> {
    if (uids.length > 0) {
      const store = async (): Promise<void> => await storeFlags(this.#session, uids, change);
      await this.#session.runIn(folder, 'change flags', store);
    }
  }

  async move(
    folder: string,
    uids: readonly number[],
    to: string,
  ): Promise<ReadonlyMap<number, number | null>> {
    if (uids.length === 0) {
      return new Map();
    }
    const move = async (): Promise<Map<number, number | null>> =>
      await moveMessages(this.#session, uids, { from: folder, to });
    return await this.#session.runIn(folder, `move messages to ${to}`, move);
  }

  async copy(folder: string, uids: readonly number[], to: string): Promise<void> {
    if (uids.length > 0) {
      const copy = async (): Promise<void> => await copyMessages(this.#session, uids, to);
      await this.#session.runIn(folder, `copy messages to ${to}`, copy);
    }
  }

  async remove(folder: string, uids: readonly number[]): Promise<void> {
    if (uids.length > 0) {
      const remove = async (): Promise<void> => await removeMessages(this.#session, uids);
      await this.#session.runIn(folder, 'remove messages', remove);
    }
  }
}
