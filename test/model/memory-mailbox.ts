/**
 * An IMAP account in memory, for the model: the port's contract, and on top of it what servers really do.
 *
 * - MOVE is no claim: it copies, and then deletes. Two sessions that move one message at once may both be told that
 *   they did, and then it is there twice. Never is it lost.
 * - A call on many messages works through them one by one, so it may be half done when its caller dies.
 * - Without MOVE the whole set is copied first, and a death in between leaves both copies.
 * - Without UIDPLUS nothing is expunged: what goes away is marked `\Deleted`, and MOVE does not tell new UIDs.
 * - UIDs ascend, and are never given again.
 */
import { createHash } from 'node:crypto';
import { EXIT, Problem } from '../../src/problem/problem.js';
import { MemorySession } from './memory-session.js';
import type { Gate } from './scheduler.js';

export interface ServerOptions {
  /** INTERNALDATE of what arrives. */
  readonly now: () => Date;
  readonly move?: 'native' | 'copy';
  readonly uidPlus?: boolean;
}

/** What one message is, wherever its copies lie. */
export interface Content {
  /** Counts what was delivered or appended; a copy keeps its original's. */
  readonly origin: number;
  readonly raw: Buffer;
  readonly receivedAt: Date;
}

export interface Stored {
  readonly uid: number;
  readonly content: Content;
  readonly flags: Set<string>;
}

type EventKind =
  | 'deliver'
  | 'append'
  | 'copy'
  | 'move'
  | 'double'
  | 'mark-deleted'
  | 'unmark-deleted'
  | 'expunge';

export interface ServerEvent {
  readonly kind: EventKind;
  readonly actor: string;
  readonly folder: string;
  readonly uid: number;
  readonly origin: number;
}

/** A folder as it stands, `\Deleted` messages and all, ascending by UID. */
export interface FolderSnapshot {
  readonly name: string;
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly messages: readonly Stored[];
}

export class MemoryFolder {
  readonly name: string;
  uidValidity: string;
  uidNext = 1;
  #messages = new Map<number, Stored>();
  #stood = new Map<number, { readonly flags: string; readonly modseq: number }>();
  #modseq = 1;

  constructor(name: string, uidValidity: string) {
    this.name = name;
    this.uidValidity = uidValidity;
  }

  add(content: Content, flags: Iterable<string>): Stored {
    const stored: Stored = { uid: this.uidNext++, content, flags: new Set(flags) };
    this.#messages.set(stored.uid, stored);
    return stored;
  }

  get(uid: number): Stored | null {
    return this.#messages.get(uid) ?? null;
  }

  delete(uid: number): boolean {
    return this.#messages.delete(uid);
  }

  all(): readonly Stored[] {
    return [...this.#messages.values()];
  }

  /** Flags are changed by many hands here, so what has changed is found out when somebody asks. */
  status(): { uidValidity: string; uidNext: number; messages: number; modseq: string } {
    const gone = [...this.#stood.keys()].filter((uid) => !this.#messages.has(uid));
    for (const uid of gone) this.#stood.delete(uid);
    if (gone.length > 0) this.#modseq += 1;
    for (const [uid, { flags }] of this.#messages) {
      const now = [...flags].sort().join(' ');
      if (this.#stood.get(uid)?.flags !== now) this.#stood.set(uid, { flags: now, modseq: ++this.#modseq });
    }
    const { uidValidity, uidNext } = this;
    return { uidValidity, uidNext, messages: this.#messages.size, modseq: String(this.#modseq) };
  }

  changedSince(modseq: number): readonly Stored[] {
    this.status();
    return this.all().filter(({ uid }) => (this.#stood.get(uid)?.modseq ?? 0) > modseq);
  }

  clone(): MemoryFolder {
    const twin = new MemoryFolder(this.name, this.uidValidity);
    twin.uidNext = this.uidNext;
    twin.#stood = new Map(this.#stood);
    twin.#modseq = this.#modseq;
    for (const [uid, message] of this.#messages)
      twin.#messages.set(uid, { ...message, flags: new Set(message.flags) });
    return twin;
  }

  /** A new UIDVALIDITY: the same messages under new UIDs. */
  renumber(uidValidity: string): void {
    const before = this.all();
    this.#stood = new Map();
    this.uidValidity = uidValidity;
    this.uidNext = 1;
    this.#messages = new Map();
    for (const message of before) this.add(message.content, message.flags);
  }
}

export class MemoryServer {
  readonly options: Required<ServerOptions>;
  readonly history: ServerEvent[] = [];
  readonly subscribed = new Set<string>();
  /** Origins of messages that the server lists and moves, and cannot read. */
  readonly unreadable = new Set<number>();
  readonly #folders = new Map<string, MemoryFolder>();
  readonly #contents: Content[] = [];
  readonly #digests: string[] = [];
  #validity = 1_700_000_000;

  constructor(options: ServerOptions) {
    this.options = { move: 'native', uidPlus: true, ...options };
    this.create('INBOX');
  }

  /** One signed-in connection, whose every call goes through the gate. */
  connect(gate: Gate): MemorySession {
    return new MemorySession(this, gate);
  }

  folderNames(): readonly string[] {
    return [...this.#folders.keys()];
  }

  folder(name: string): MemoryFolder {
    const folder = this.#folders.get(name);
    if (folder === undefined)
      throw new Problem('imap-folder-missing', `There is no folder ${name}.`, {
        exitCode: EXIT.configuration,
      });
    return folder;
  }

  create(name: string): void {
    if (!this.#folders.has(name)) this.#folders.set(name, new MemoryFolder(name, String(++this.#validity)));
  }

  /** Another server that stands as this one does now, and goes its own way from here. */
  clone(now: () => Date): MemoryServer {
    const twin = new MemoryServer({ ...this.options, now });
    for (const [name, folder] of this.#folders) twin.#folders.set(name, folder.clone());
    twin.history.push(...this.history);
    for (const name of this.subscribed) twin.subscribed.add(name);
    for (const origin of this.unreadable) twin.unreadable.add(origin);
    twin.#contents.push(...this.#contents);
    twin.#digests.push(...this.#digests);
    twin.#validity = this.#validity;
    return twin;
  }

  /** Someone deletes a folder with all that is in it. */
  deleteFolder(name: string): void {
    this.#folders.delete(name);
  }

  renumber(name: string): void {
    this.folder(name).renumber(String(++this.#validity));
  }

  /** Mail that arrives from outside. */
  deliver(raw: Buffer, actor = 'delivery'): Stored {
    return this.place({ kind: 'deliver', actor, folder: 'INBOX' }, raw, []);
  }

  place(
    {
      receivedAt = this.options.now(),
      ...event
    }: Pick<ServerEvent, 'kind' | 'actor' | 'folder'> & { readonly receivedAt?: Date | undefined },
    raw: Buffer,
    flags: readonly string[],
  ): Stored {
    const own = Buffer.from(raw);
    const content = { origin: this.#digests.push(sha256(own)) - 1, raw: own, receivedAt };
    this.#contents.push(content);
    const stored = this.folder(event.folder).add(content, flags);
    this.record(event, stored);
    return stored;
  }

  record(event: Pick<ServerEvent, 'kind' | 'actor' | 'folder'>, stored: Stored): void {
    this.history.push({ ...event, uid: stored.uid, origin: stored.content.origin });
  }

  /** What was once delivered or appended under that number, whether it is still there or not. */
  content(origin: number): Content {
    const content = this.#contents[origin];
    if (content === undefined) throw new Error(`nothing has origin ${origin}`);
    return content;
  }

  /** The bytes of that delivery are still what they were. */
  unchanged(content: Content): boolean {
    return this.#digests[content.origin] === sha256(content.raw);
  }

  snapshot(): readonly FolderSnapshot[] {
    return [...this.#folders.values()].map((folder) => ({
      name: folder.name,
      uidValidity: folder.uidValidity,
      uidNext: folder.uidNext,
      messages: folder.all().map((each) => ({ ...each, flags: new Set(each.flags) })),
    }));
  }
}

/** A clock that goes on by one second whenever it is read, so that no two moments are the same. */
export function counterClock(start = '2026-11-02T09:00:00Z'): {
  now: () => Date;
  advance: (ms: number) => void;
} {
  let at = Date.parse(start);
  return {
    now: () => {
      at += 1000;
      return new Date(at);
    },
    advance: (ms) => {
      at += ms;
    },
  };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
