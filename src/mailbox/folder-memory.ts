/** What is remembered of one folder; `remembering.ts` says when it counts. */
import type { FolderStatus, StoredMessage } from './store.js';

/** Searches that differ from pass to pass are not worth more. */
const MAX_ANSWERS = 30;
const MAX_SOURCE_BYTES = 64 * 1024;
/** Of all sources of a folder together; where they are more, all of them are read again. */
const MAX_SOURCES_BYTES = 256 * 1024;
/** What was not asked for in so many looks in which something was is forgotten: looks that find nothing new forget nothing. */
const KEPT_FOR_LOOKS = 16;

export function isWorthKeeping(source: Buffer): boolean {
  return source.length <= MAX_SOURCE_BYTES;
}

interface Kept {
  /** Another object once its flags have changed, and only then. */
  message: StoredMessage;
  usedIn: number;
}

export class FolderMemory {
  /** Rises with every change. */
  mark = 0;
  /** By what mod-sequence the flags were known; null for not at all. */
  flagsAsOf: string | null = null;
  /** Messages that are kept; what more there is is read anew each time. */
  readonly #most: number;
  #looks = 0;
  #isRead = false;
  #uidValidity = '';
  #status: FolderStatus | null = null;
  #until = 0;
  /** As the folder stood when these were given. */
  #answeredAs = '';
  readonly #answers = new Map<string, readonly number[]>();
  readonly #messages = new Map<number, Kept>();
  readonly #sources = new Map<number, Buffer>();
  #sourceBytes = 0;
  /** UIDs of which the source that is kept is shown to be theirs. */
  readonly #sourced = new Set<number>();
  /** What searches have found since the last change. */
  readonly #found = new Set<number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** These are there no more: no other message ever has their UIDs. */
  left(uids: readonly number[]): void {
    for (const uid of uids) {
      this.#messages.delete(uid);
      this.#dropSource(uid);
    }
  }

  lookedAway(): void {
    this.mark += 1;
    this.#status = null;
    this.#found.clear();
  }

  /** null for a folder that is not there. Where it keeps no mod-sequences, nothing that was known before counts. */
  stands(status: FolderStatus | null, until: number): void {
    if (status?.modseq == null || status.uidValidity !== this.#uidValidity) this.#forget();
    this.#uidValidity = status?.uidValidity ?? '';
    this.#status = status;
    this.#until = until;
    this.#found.clear();
    if (JSON.stringify(status) !== this.#answeredAs) this.#answers.clear();
    if (this.#isRead && this.#looks % KEPT_FOR_LOOKS === 0) this.#dropUnused();
    this.#isRead = false;
  }

  /** null where it is not known any more. */
  status(now: number): FolderStatus | null {
    return now < this.#until ? this.#status : null;
  }

  answer(name: string, now: number): readonly number[] | null {
    if (this.status(now)?.modseq == null) return null;
    const found = this.#answers.get(name) ?? null;
    for (const uid of found ?? []) this.#found.add(uid);
    return found;
  }

  answered(name: string, found: readonly number[], now: number): void {
    for (const uid of found) this.#found.add(uid);
    const status = this.status(now);
    if (status?.modseq == null) return;
    this.#answeredAs = JSON.stringify(status);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    this.#answers.set(name, found);
  }

  wereFound(uids: readonly number[]): boolean {
    return uids.every((uid) => this.#found.has(uid));
  }

  message(uid: number): StoredMessage | null {
    const kept = this.#messages.get(uid);
    this.#read();
    if (kept === undefined) return null;
    kept.usedIn = this.#looks;
    return kept.message;
  }

  get lowestUid(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const uid of this.#messages.keys()) lowest = Math.min(lowest, uid);
    return Number.isFinite(lowest) ? lowest : 1;
  }

  keep(message: StoredMessage): void {
    if (this.#messages.size >= this.#most) return;
    this.#messages.set(message.uid, { message, usedIn: this.#looks });
    // Read after the look, so what has changed since will be told once more, which does no harm.
    this.flagsAsOf ??= this.#status?.modseq ?? null;
  }

  flagsChanged(changed: ReadonlyMap<number, ReadonlySet<string>>, asOf: string): void {
    for (const [uid, flags] of changed) this.#flagged(uid, flags);
    this.flagsAsOf = asOf;
  }

  #flagged(uid: number, flags: ReadonlySet<string>): void {
    const kept = this.#messages.get(uid);
    if (kept === undefined) return;
    kept.message = { ...kept.message, flags };
  }

  /** Of those that are kept. */
  get flags(): Pick<ReadonlyMap<number, ReadonlySet<string>>, 'get'> {
    return { get: (uid) => this.#messages.get(uid)?.message.flags };
  }

  source(uid: number): Buffer | null {
    return this.#sources.get(uid) ?? null;
  }

  /** Whether the source that is kept under a UID begins with the header that was read there last: then it is of that message. */
  isSourceOf(uid: number): boolean {
    return this.#sourced.has(uid);
  }

  /** Before it is known whether a source is of this message, it counts for nothing. */
  headerRead({ uid, header }: StoredMessage): void {
    this.#sourced.delete(uid);
    if (this.#sources.get(uid)?.subarray(0, header.length).equals(header) === true) this.#sourced.add(uid);
  }

  keepSource(uid: number, source: Buffer): void {
    if (!isWorthKeeping(source)) return;
    this.#dropSource(uid);
    if (this.#sourceBytes + source.length > MAX_SOURCES_BYTES) this.#forgetSources();
    this.#sourceBytes += source.length;
    this.#sources.set(uid, source);
  }

  #forgetSources(): void {
    this.#sources.clear();
    this.#sourced.clear();
    this.#sourceBytes = 0;
  }

  #dropSource(uid: number): void {
    this.#sourceBytes -= this.#sources.get(uid)?.length ?? 0;
    this.#sourced.delete(uid);
    this.#sources.delete(uid);
  }

  /** Something is asked for in this look. */
  #read(): void {
    if (!this.#isRead) this.#looks += 1;
    this.#isRead = true;
  }

  #forget(): void {
    this.flagsAsOf = null;
    this.#answers.clear();
    this.#messages.clear();
    this.#forgetSources();
  }

  #dropUnused(): void {
    for (const [uid, { usedIn }] of this.#messages) {
      if (this.#looks - usedIn < KEPT_FOR_LOOKS) continue;
      this.left([uid]);
    }
  }
}
