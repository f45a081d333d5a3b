/** One connection to the memory server: the MailStore port, and what only people's mail clients do (copy, expunge). */

import type {
  Flag,
  FolderState,
  FolderStatus,
  MailStore,
  NewMessage,
  Query,
  SpecialFolders,
  StoredMessage,
} from '../../src/mailbox/store.js';
import { Problem } from '../../src/problem/problem.js';
import type { MemoryFolder, MemoryServer, Stored } from './memory-mailbox.js';
import { field, fields, partOf, splitMessage, structureOf } from './message-text.js';
import { type Gate, type Passage, through } from './scheduler.js';

type FlagChange =
  | { readonly set: readonly Flag[] }
  | { readonly add: readonly Flag[] }
  | { readonly remove: readonly Flag[] };

interface Way {
  readonly from: MemoryFolder;
  readonly to: MemoryFolder;
}

const DAY_MS = 86_400_000;

export class MemorySession implements MailStore {
  readonly #server: MemoryServer;
  readonly #gate: Gate;

  constructor(server: MemoryServer, gate: Gate) {
    this.#server = server;
    this.#gate = gate;
  }

  readsTogether(): () => void {
    return () => undefined;
  }

  folders(): Promise<readonly string[]> {
    return through(this.#gate, 'folders', () => this.#server.folderNames());
  }

  specialFolders(): Promise<SpecialFolders> {
    return through(this.#gate, 'special folders', () => {
      const there = new Set(this.#server.folderNames());
      const named = (name: string): string | null => (there.has(name) ? name : null);
      return { sent: named('Sent'), trash: named('Trash'), junk: named('Junk') };
    });
  }

  createFolder(folder: string, options: { readonly subscribe: boolean }): Promise<void> {
    return through(this.#gate, `create ${folder}`, () => {
      this.#server.create(folder);
      if (options.subscribe) this.#server.subscribed.add(folder);
    });
  }

  state(folder: string): Promise<FolderState> {
    return through(this.#gate, `state ${folder}`, () => {
      const { uidValidity, uidNext } = this.#server.folder(folder);
      return { uidValidity, uidNext };
    });
  }

  statuses(folders: readonly string[]): Promise<ReadonlyMap<string, FolderStatus>> {
    if (folders.length === 0) return Promise.resolve(new Map());
    return through(this.#gate, `statuses ${folders.join()}`, () => {
      const there = new Set(this.#server.folderNames());
      const known = folders.filter((folder) => there.has(folder));
      return new Map(known.map((folder) => [folder, this.#server.folder(folder).status()]));
    });
  }

  search(folder: string, query: Query): Promise<readonly number[]> {
    return through(this.#gate, `search ${folder}`, () =>
      this.#visible(folder)
        .filter((each) => matches(query, each))
        .map((each) => each.uid),
    );
  }

  count(folder: string, query: Query): Promise<number> {
    return through(
      this.#gate,
      `count ${folder}`,
      () => this.#visible(folder).filter((each) => matches(query, each)).length,
    );
  }

  fetch(
    folder: string,
    uids: readonly number[],
    options: { readonly structure?: boolean } = {},
  ): Promise<readonly StoredMessage[]> {
    return through(this.#gate, `fetch ${folder} ${uids.join()}`, () =>
      this.#visible(folder, uids)
        .filter(({ content }) => !this.#server.unreadable.has(content.origin))
        .map((each) => answer(each, options.structure === true)),
    );
  }

  flagsSince(
    folder: string,
    uidFrom: number,
    modseq: string,
  ): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    return through(this.#gate, `changed flags ${folder}`, () => {
      const changed = this.#server.folder(folder).changedSince(Number(modseq));
      return new Map(
        changed.filter(({ uid }) => uid >= uidFrom).map(({ uid, flags }) => [uid, new Set(flags)]),
      );
    });
  }

  flags(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    return through(
      this.#gate,
      `flags ${folder} ${uids.join()}`,
      () => new Map(this.#visible(folder, uids).map((each) => [each.uid, new Set(each.flags)])),
    );
  }

  fetchPart(
    folder: string,
    uids: readonly number[],
    options: { readonly path: string; readonly maxBytes: number; readonly from?: number },
  ): Promise<ReadonlyMap<number, Buffer>> {
    return through(this.#gate, `part ${folder} ${uids.join()} ${options.path}`, () => {
      const parts = new Map<number, Buffer>();
      for (const uid of ascending(uids)) {
        const message = this.#server.folder(folder).get(uid);
        this.#refuseUnreadable(message);
        const part = message === null ? null : partOf(message.content.raw, options.path);
        if (part !== null)
          parts.set(uid, Buffer.from(part.subarray(options.from ?? 0).subarray(0, options.maxBytes)));
      }
      return parts;
    });
  }

  fetchSource(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
    if (uids.length === 0) return Promise.resolve(new Map());
    return through(this.#gate, `source ${folder} ${uids.join()}`, () => {
      const found = this.#visible(folder, uids);
      for (const message of found) this.#refuseUnreadable(message);
      return new Map(found.map(({ uid, content }) => [uid, Buffer.from(content.raw)]));
    });
  }

  /** One command each: a death, a cut or a refusal may come between any two. */
  async append(folder: string, messages: readonly NewMessage[]): Promise<readonly number[]> {
    const uids: number[] = [];
    for (const message of messages) {
      const uid = await this.#append(folder, message);
      if (uid !== null) uids.push(uid);
    }
    return uids;
  }

  #append(folder: string, { raw, flags, receivedAt, wantsUid }: NewMessage): Promise<number | null> {
    return through(this.#gate, `append ${folder} ${field(raw, 'Subject') ?? ''}`, async (passage) => {
      checkAppend(raw, wantsUid !== false);
      const event = { kind: 'append', actor: this.#gate.actor, folder, receivedAt } as const;
      const { uid } = this.#server.place(event, raw, flags);
      if (this.#server.options.uidPlus) return uid;
      await passage.between();
      if (wantsUid === false) return null;
      return this.#lookUp(folder, field(raw, 'Message-ID') ?? '');
    });
  }

  setFlags(folder: string, uids: readonly number[], change: FlagChange): Promise<void> {
    if (uids.length === 0) return Promise.resolve();
    return through(this.#gate, `store ${folder} ${uids.join()} ${JSON.stringify(change)}`, (passage) => {
      const target = this.#server.folder(folder);
      return inParts(passage, uids, (uid) => {
        const message = target.get(uid);
        if (message !== null) this.#change(target, message, change);
      });
    });
  }

  move(folder: string, uids: readonly number[], to: string): Promise<ReadonlyMap<number, number | null>> {
    if (uids.length === 0) return Promise.resolve(new Map());
    return through(this.#gate, `move ${folder} ${uids.join()} to ${to}`, async (passage) => {
      const way = { from: this.#server.folder(folder), to: this.#server.folder(to) };
      const { move, uidPlus } = this.#server.options;
      if (move === 'native' && !uidPlus) return this.#moveAndLook(passage, uids, way);
      const moved =
        move === 'native'
          ? await this.#moveEach(passage, uids, way)
          : await this.#copyThenDelete(passage, uids, way);
      return uidPlus ? moved : new Map([...moved.keys()].map((uid) => [uid, null]));
    });
  }

  remove(folder: string, uids: readonly number[]): Promise<void> {
    if (uids.length === 0) return Promise.resolve();
    return through(this.#gate, `remove ${folder} ${uids.join()}`, (passage) => {
      const target = this.#server.folder(folder);
      return inParts(passage, uids, (uid) => {
        this.#takeAway(target, uid);
      });
    });
  }

  /** Also what a mail client without MOVE does first; the copies carry the flags. */
  copy(folder: string, uids: readonly number[], to: string): Promise<void> {
    if (uids.length === 0) return Promise.resolve();
    return through(this.#gate, `copy ${folder} ${uids.join()} to ${to}`, () => {
      this.#copySet(uids, { from: this.#server.folder(folder), to: this.#server.folder(to) });
    });
  }

  /** Removes for good all that anyone marked `\\Deleted`. */
  expunge(folder: string): Promise<void> {
    return through(this.#gate, `expunge ${folder}`, () => {
      const target = this.#server.folder(folder);
      for (const message of target.all().filter((each) => each.flags.has('\\Deleted'))) {
        target.delete(message.uid);
        this.#record('expunge', target, message);
      }
    });
  }

  #refuseUnreadable(message: Stored | null): void {
    if (message !== null && this.#server.unreadable.has(message.content.origin))
      throw new Problem('imap-refused', 'The server cannot read a message.', {
        temporary: true,
        explained: false,
      });
  }

  #visible(folder: string, uids?: readonly number[]): readonly Stored[] {
    const wanted = uids === undefined ? null : new Set(uids);
    return this.#server
      .folder(folder)
      .all()
      .filter((each) => !each.flags.has('\\Deleted') && (wanted === null || wanted.has(each.uid)));
  }

  /** Without UIDPLUS the newest message of that Message-ID is taken for the one appended; a racer may have written it. */
  #lookUp(folder: string, messageId: string): number {
    const found = this.#visible(folder).filter((each) => field(each.content.raw, 'Message-ID') === messageId);
    const newest = found.at(-1);
    if (newest !== undefined) return newest.uid;
    throw new Problem('imap-append-unproven', 'A message was stored that then could not be found', {
      temporary: true,
    });
  }

  #change(folder: MemoryFolder, message: Stored, change: FlagChange): void {
    const had = message.flags.has('\\Deleted');
    if ('set' in change) {
      message.flags.clear();
      for (const flag of change.set) message.flags.add(flag);
    } else if ('add' in change) for (const flag of change.add) message.flags.add(flag);
    else for (const flag of change.remove) message.flags.delete(flag);
    const has = message.flags.has('\\Deleted');
    if (had !== has) this.#record(has ? 'mark-deleted' : 'unmark-deleted', folder, message);
  }

  /** Each message is copied and then deleted; another mover who copied in between makes it a double. */
  async #moveEach(
    passage: Passage,
    uids: readonly number[],
    { from, to }: Way,
  ): Promise<Map<number, number>> {
    const moved = new Map<number, number>();
    await inParts(passage, uids, async (uid) => {
      const message = from.get(uid);
      if (message === null) return;
      const copy = to.add(message.content, message.flags);
      await passage.race();
      this.#record(from.delete(uid) ? 'move' : 'double', to, copy);
      moved.set(uid, copy.uid);
    });
    return moved;
  }

  /** Where MOVE does not tell what it moved, all that was there before and is gone after counts, whoever moved it. */
  async #moveAndLook(passage: Passage, uids: readonly number[], way: Way): Promise<Map<number, null>> {
    const { name } = way.from;
    const there = this.#visible(name, uids).map((each) => each.uid);
    await passage.between();
    await this.#moveEach(passage, there, way);
    await passage.between();
    const left = new Set(this.#visible(name, there).map((each) => each.uid));
    return new Map(there.filter((uid) => !left.has(uid)).map((uid) => [uid, null]));
  }

  async #copyThenDelete(passage: Passage, uids: readonly number[], way: Way): Promise<Map<number, number>> {
    // Where nothing is expunged, what another mover has marked is gone for the desk, though its bytes still lie here.
    const there = this.#server.options.uidPlus
      ? uids
      : this.#visible(way.from.name, uids).map((each) => each.uid);
    const copied = this.#copySet(there, way);
    for (const [uid, copy] of copied) {
      await passage.between();
      const stored = way.to.get(copy);
      if (!this.#takeAway(way.from, uid) && stored !== null) this.#record('double', way.to, stored);
    }
    return copied;
  }

  #copySet(uids: readonly number[], { from, to }: Way): Map<number, number> {
    const copied = new Map<number, number>();
    for (const uid of ascending(uids)) {
      const message = from.get(uid);
      if (message === null) continue;
      const copy = to.add(message.content, message.flags);
      this.#record('copy', to, copy);
      copied.set(uid, copy.uid);
    }
    return copied;
  }

  /** Returns whether it was still there. */
  #takeAway(folder: MemoryFolder, uid: number): boolean {
    const message = folder.get(uid);
    if (message === null) return false;
    if (this.#server.options.uidPlus) {
      folder.delete(uid);
      this.#record('expunge', folder, message);
      return true;
    }
    if (message.flags.has('\\Deleted')) return false;
    message.flags.add('\\Deleted');
    this.#record('mark-deleted', folder, message);
    return true;
  }

  #record(kind: Parameters<MemoryServer['record']>[0]['kind'], folder: MemoryFolder, message: Stored): void {
    this.#server.record({ kind, actor: this.#gate.actor, folder: folder.name }, message);
  }
}

/** What a strict server takes: CRLF line ends, and by the port's rule a Message-ID, where a UID is wanted. */
function checkAppend(raw: Buffer, wantsUid: boolean): void {
  const text = raw.toString('latin1');
  if (/(?<!\r)\n|\r(?!\n)/.test(text)) throw unfit('The message has bare line ends.');
  if (wantsUid && field(raw, 'Message-ID') === null) throw unfit('The message has no Message-ID.');
}

/** As Cyrus says it: a NO without a code. */
function unfit(why: string): Problem {
  return new Problem('imap-refused', why, { temporary: true, scope: 'folder', explained: false });
}

async function inParts(
  passage: Passage,
  uids: readonly number[],
  act: (uid: number) => void | Promise<void>,
): Promise<void> {
  let first = true;
  for (const uid of ascending(uids)) {
    if (!first) await passage.between();
    first = false;
    await act(uid);
  }
}

function ascending(uids: readonly number[]): readonly number[] {
  return [...new Set(uids)].sort((a, b) => a - b);
}

function answer(stored: Stored, withStructure: boolean): StoredMessage {
  const { raw, receivedAt } = stored.content;
  return {
    uid: stored.uid,
    flags: new Set(stored.flags),
    size: raw.length,
    receivedAt,
    header: Buffer.from(splitMessage(raw).header),
    structure: withStructure ? structureOf(raw) : null,
  };
}

function matches(query: Query, stored: Stored): boolean {
  if ('uids' in query) return query.uids.includes(stored.uid);
  if ('uidFrom' in query) return stored.uid >= query.uidFrom;
  if ('uidTo' in query) return stored.uid <= query.uidTo;
  if ('text' in query)
    return stored.content.raw.toString('utf8').toLowerCase().includes(query.text.toLowerCase());
  if ('flag' in query) return stored.flags.has(query.flag) === query.set;
  if ('not' in query) return !hasHeader(stored.content.raw, query.not);
  if ('size' in query) return stored.content.raw.length === query.size;
  if ('before' in query) return day(stored.content.receivedAt) < day(query.before);
  if ('since' in query) return day(stored.content.receivedAt) >= day(query.since);
  if ('or' in query) return query.or.some((each) => matches(each, stored));
  if ('and' in query) return query.and.every((each) => matches(each, stored));
  return hasHeader(stored.content.raw, query);
}

/** SEARCH HEADER: a substring without regard to case; an empty one asks only whether the field is there. */
function hasHeader(raw: Buffer, query: { readonly header: string; readonly contains: string }): boolean {
  const name = query.header.toLowerCase();
  const wanted = query.contains.toLowerCase();
  return fields(raw).some(
    (each) => each.name.toLowerCase() === name && each.value.toLowerCase().includes(wanted),
  );
}

function day(moment: Date): number {
  return Math.floor(moment.getTime() / DAY_MS);
}
