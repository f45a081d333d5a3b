/**
 * A store that remembers what cannot have changed, so that a worker which goes on reads only what is new.
 *
 * - A message under a UID never changes: its header block, size and arrival are read once, in the folders of small
 *   messages that passes read again and again.
 * - `statuses` is a *look*. Until the next change that is made through this store, and for a few seconds at most, searches of a
 *   folder that stands as it stood when they were last answered are answered from memory, and so is `state`. After a
 *   change everything is asked anew, until the next look.
 * - Of a folder whose messages are read soon after they are written, such as letters, they are known as long as they are small and few.
 * - Of messages whose header is known, the flags that changed since are asked for (CHANGEDSINCE, RFC 7162 §3.1.4.1).
 * - Where the server keeps no mod-sequences, nothing is remembered: a change of flags would not show.
 * - `flags` and whatever changes something always go to the server.
 *
 * The memory may outlive connections: another UIDVALIDITY empties it.
 */
import { FolderMemory, isWorthKeeping } from './folder-memory.js';
import type { FolderState, FolderStatus, MailStore, NewMessage, Query, StoredMessage } from './store.js';
import { together } from './together.js';

const LOOK_MS = 5000;

export class StoreMemory {
  readonly #folders = new Map<string, FolderMemory>();
  /** Whose header blocks are kept. */
  readonly kept: ReadonlySet<string>;
  readonly #most: number;

  /** Of these, also what is appended. */
  readonly reread: ReadonlySet<string>;

  /** `most` is how many messages of a folder are kept. */
  constructor(
    kept: Iterable<string>,
    {
      reread = [],
      most = Number.POSITIVE_INFINITY,
    }: { readonly reread?: Iterable<string>; readonly most?: number } = {},
  ) {
    this.kept = new Set(kept);
    this.reread = new Set(reread);
    this.#most = most;
  }

  of(folder: string): FolderMemory {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const fresh = new FolderMemory(this.#most);
    this.#folders.set(folder, fresh);
    return fresh;
  }

  /** Nothing is known to stand as it was. */
  changed(): void {
    for (const memory of this.#folders.values()) memory.lookedAway();
  }
}

export interface RememberingOptions {
  readonly memory: StoreMemory;
  /** Milliseconds of a clock that is never set back. */
  readonly elapsed?: () => number;
}

export function rememberingStore(
  inner: MailStore,
  { memory, elapsed = () => performance.now() }: RememberingOptions,
): MailStore {
  memory.changed();
  const look = new Look(inner, memory, elapsed);
  /** Nothing to do changes nothing. */
  const change = async <T>(work: () => Promise<T>, what?: readonly unknown[]): Promise<T> => {
    if (what?.length === 0) return work();
    memory.changed();
    try {
      return await work();
    } finally {
      // What was read while it was under way may be of before.
      memory.changed();
    }
  };
  return {
    readsTogether: () => inner.readsTogether(),
    folders: () => inner.folders(),
    specialFolders: () => inner.specialFolders(),
    statuses: (folders) => look.statuses(folders),
    state: (folder) => look.state(folder),
    search: (folder, query) => look.search(folder, query),
    count: (folder, query) => inner.count(folder, query),
    fetch: async (folder, uids, options) => {
      if (options?.structure !== true && memory.kept.has(folder)) {
        const known = await look.fetch(folder, uids);
        for (const message of known) memory.of(folder).headerRead(message);
        return known;
      }
      const read = await inner.fetch(folder, uids, options);
      // Somebody has taken some away: nothing stands as it was looked at.
      if (read.length < uids.length) memory.changed();
      return read;
    },
    flags: (folder, uids) => inner.flags(folder, uids),
    flagsSince: (folder, uidFrom, modseq) => inner.flagsSince(folder, uidFrom, modseq),
    fetchPart: (folder, uids, options) => inner.fetchPart(folder, uids, options),
    fetchSource: (folder, uids) =>
      memory.kept.has(folder) ? look.fetchSource(folder, uids) : inner.fetchSource(folder, uids),
    createFolder: (folder, options) => change(() => inner.createFolder(folder, options)),
    append: (folder, messages) => change(() => look.append(folder, messages), messages),
    setFlags: (folder, uids, flags) => change(() => inner.setFlags(folder, uids, flags), uids),
    move: (folder, uids, to) =>
      change(async () => {
        const went = await inner.move(folder, uids, to);
        memory.of(folder).left([...went.keys()]);
        return went;
      }, uids),
    copy: (folder, uids, to) => change(() => inner.copy(folder, uids, to), uids),
    remove: (folder, uids) =>
      change(async () => {
        await inner.remove(folder, uids);
        memory.of(folder).left(uids);
      }, uids),
  };
}

class Look {
  readonly #inner: MailStore;
  readonly #memory: StoreMemory;
  readonly #elapsed: () => number;

  constructor(inner: MailStore, memory: StoreMemory, elapsed: () => number) {
    this.#inner = inner;
    this.#memory = memory;
    this.#elapsed = elapsed;
  }

  async statuses(folders: readonly string[]): Promise<ReadonlyMap<string, FolderStatus>> {
    const now = this.#elapsed();
    const known = new Map(folders.map((folder) => [folder, this.#memory.of(folder).status(now)]));
    const all = new Map(
      [...known].flatMap(([folder, status]) => (status === null ? [] : [[folder, status]])),
    );
    if (all.size === folders.length) return all;
    const marks = new Map(folders.map((folder) => [folder, this.#memory.of(folder).mark]));
    const found = await this.#inner.statuses(folders);
    for (const folder of folders) {
      const memory = this.#memory.of(folder);
      // Somebody has changed something through this store meanwhile.
      if (memory.mark !== marks.get(folder)) continue;
      memory.stands(found.get(folder) ?? null, this.#elapsed() + LOOK_MS);
    }
    return found;
  }

  /**
   * Of a folder that keeps mod-sequences, as its status told. Without them a status may tell a UIDVALIDITY that nobody will see again:
   * Courier makes one up at each STATUS of a folder that no session has selected yet (measured on 5.0), and SELECT another.
   */
  async state(folder: string): Promise<FolderState> {
    const status = this.#memory.of(folder).status(this.#elapsed());
    return status?.modseq == null ? await this.#inner.state(folder) : status;
  }

  async search(folder: string, query: Query): Promise<readonly number[]> {
    const memory = this.#memory.of(folder);
    const name = JSON.stringify(query);
    const known = memory.answer(name, this.#elapsed());
    if (known !== null) return known;
    const { mark } = memory;
    const found = await this.#inner.search(folder, query);
    if (memory.mark === mark) memory.answered(name, found, this.#elapsed());
    return found;
  }

  async fetch(folder: string, uids: readonly number[]): Promise<readonly StoredMessage[]> {
    const memory = this.#memory.of(folder);
    // What was read before the first look is of no known mod-sequence.
    if (memory.flagsAsOf === null && memory.status(this.#elapsed())?.modseq == null)
      return this.#inner.fetch(folder, uids);
    const [known, unknown]: [number[], number[]] = [[], []];
    for (const uid of uids) (memory.message(uid) === null ? unknown : known).push(uid);
    const [flags, read] = await together(
      this.#inner,
      () => this.#flags(folder, known),
      async () => (unknown.length === 0 ? [] : this.#inner.fetch(folder, unknown)),
    );
    for (const message of read) memory.keep(message);
    const again = known
      .map((uid) => withFlags(memory.message(uid), flags.get(uid)))
      .filter((message) => message !== null);
    return read.length === 0 ? again : [...again, ...read].sort((a, b) => a.uid - b.uid);
  }

  /** Those that are gone are left out: they are not among what was found since the last change. */
  async #flags(
    folder: string,
    uids: readonly number[],
  ): Promise<Pick<ReadonlyMap<number, ReadonlySet<string>>, 'get'>> {
    if (uids.length === 0) return new Map();
    const memory = this.#memory.of(folder);
    const since = memory.flagsAsOf;
    if (since === null || !memory.wereFound(uids)) return this.#inner.flags(folder, uids);
    const status = memory.status(this.#elapsed());
    if (status?.modseq !== since) {
      // Of all that are kept, since all are known by that mod-sequence from then on.
      const changed = await this.#inner.flagsSince(folder, memory.lowestUid, since);
      memory.flagsChanged(changed, status?.modseq ?? since);
    }
    return memory.flags;
  }

  /** What is written under a UID is what is read there, so it need not be read. */
  async append(folder: string, messages: readonly NewMessage[]): Promise<readonly number[]> {
    if (!this.#memory.reread.has(folder)) return this.#inner.append(folder, messages);
    const written = new Map<number, Buffer>();
    const watched = messages.map((message, index) => ({
      flags: message.flags,
      ...(message.receivedAt === undefined ? {} : { receivedAt: message.receivedAt }),
      get raw() {
        const { raw } = message;
        if (isWorthKeeping(raw)) written.set(index, raw);
        return raw;
      },
    }));
    const uids = await this.#inner.append(folder, watched);
    const memory = this.#memory.of(folder);
    for (const [index, raw] of written) memory.keepSource(uids[index] ?? 0, raw);
    return uids;
  }

  async fetchSource(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
    const memory = this.#memory.of(folder);
    const unknown = uids.filter((uid) => !memory.isSourceOf(uid));
    // Only what was found since the last change is known to be there.
    if (unknown.length > 0 || !memory.wereFound(uids)) {
      const read = await this.#inner.fetchSource(folder, uids);
      for (const [uid, source] of read) memory.keepSource(uid, source);
      return read;
    }
    return new Map(uids.flatMap((uid) => [[uid, memory.source(uid) ?? Buffer.alloc(0)] as const]));
  }
}

/** null for what is gone; the same object where its flags are the same. */
function withFlags(
  message: StoredMessage | null,
  flags: ReadonlySet<string> | undefined,
): StoredMessage | null {
  if (message === null || flags === undefined || flags.has('\\Deleted')) return null;
  return flags === message.flags ? message : { ...message, flags };
}
