/**
 * What a worker knows of ticket entries and of letters in the outbox, as far as the limits ask: kept in the process between
 * passes, and in the local cache between processes. A message under a UID never changes, so what was read once need not be
 * read again; whether it is still there, and its flags, are looked at anew in each pass (`sight/sent-memory.ts`).
 *
 * No address and no text is in it: names are hashed under the desk's secret.
 */
import { type EarlierLetter, EarlierLetters, type Hash } from '../../desk/limits/earlier.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { keyedHash } from '../../desk/sign/signature.js';
import type { LocalCache } from './local-cache.js';

export interface SentFact {
  /** INTERNALDATE, in milliseconds. */
  readonly at: number;
  /** What only one entry can have, hashed: of two, the one with the lower UID counts. */
  readonly claims: readonly string[];
  /** null for what no limit counts. */
  readonly letter: EarlierLetter | null;
  /** It does not stay once it is sent: then it moves to its ticket. */
  readonly leaves: boolean;
}

export const WATCHED = ['register', 'outbox'] as const;
export type Watched = (typeof WATCHED)[number];

export interface FolderRecord {
  readonly uidValidity: string;
  /** All that has come since this moment, in milliseconds, has a UID from `first` on. */
  since: number;
  first: number;
  /** From here on nothing has been read but what is in `facts`. */
  next: number;
  readonly facts: Map<number, SentFact>;
}

interface Learned {
  readonly watched: Watched;
  readonly uid: number;
  readonly fact: SentFact;
}

/** In the cache's file; another form is not read. */
const FORM = 1;
const NAME = 'limits';
/** 50 bits: two of a million names are the same once in two thousand desks, and then one of them is counted for the other. */
const HASH_CHARACTERS = 10;
/** Of a few hundred mails, each of which asks for its own names again until it is filed. */
const MAX_KNOWN_HASHES = 4_000;
/** After its first pass, a worker that runs for long writes the file once this part of it is new: else each letter would cost a whole file. */
const WORTH_WRITING = 0.02;

const MAX_UNCOUNTED = 2_000;

export class SentRecord {
  readonly hash: Hash;
  readonly #local: LocalCache;
  readonly #folders: Record<Watched, FolderRecord | null> = { register: null, outbox: null };
  #loaded = false;
  /**
   * What is new comes from this pass itself: it has looked, and others are kept away by its claim. Before that, what is read
   * for other ends may leave out what others have written.
   */
  hears = false;
  #changed = false;
  /** How much of it has been learned since the file was written; infinite before this process has written it. */
  #unwritten = Number.POSITIVE_INFINITY;
  #letters: EarlierLetters | null = null;
  #uncounted: Learned[] = [];
  readonly #countedTo: Record<Watched, number> = { register: 0, outbox: 0 };
  readonly #claimed = new Set<string>();
  readonly #voided = new Set<number>();

  constructor(policy: DeskPolicy, local: LocalCache) {
    this.#local = local;
    this.hash = hashUnder(policy.secrets[0]);
  }

  /** What another process has left, once in the life of this one. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    const read = readForm(await this.#local.read(NAME));
    if (read === null) return;
    for (const watched of WATCHED) this.#folders[watched] = read[watched];
  }

  async save(): Promise<void> {
    const { register, outbox } = this.#folders;
    if (!this.#changed || register === null || outbox === null) return;
    if (this.#unwritten < (register.facts.size + outbox.facts.size) * WORTH_WRITING) return;
    this.#changed = false;
    this.#unwritten = 0;
    await this.#local.write(NAME, { form: FORM, register: written(register), outbox: written(outbox) });
  }

  folder(watched: Watched): FolderRecord | null {
    return this.#folders[watched];
  }

  /** Nothing of the folder is known any more but that it has to be read from here on. */
  begin(watched: Watched, at: Pick<FolderRecord, 'uidValidity' | 'since' | 'first'>): FolderRecord {
    const fresh: FolderRecord = { ...at, next: at.first, facts: new Map() };
    this.#folders[watched] = fresh;
    this.#forgetLetters();
    this.#unwritten = Number.POSITIVE_INFINITY;
    this.#changed = true;
    return fresh;
  }

  learn(watched: Watched, uid: number, fact: SentFact): void {
    const folder = this.#folders[watched];
    if (folder === null) return;
    // What comes out of its turn may make void what was counted.
    if (uid < this.#countedTo[watched]) this.#forgetLetters();
    folder.facts.set(uid, fact);
    folder.next = Math.max(folder.next, uid + 1);
    this.#changed = true;
    this.#unwritten += 1;
    if (this.#letters !== null) this.#uncounted.push({ watched, uid, fact });
    // Of a flood: all is counted anew when somebody asks again.
    if (this.#uncounted.length > MAX_UNCOUNTED) this.#forgetLetters();
  }

  /** What is gone. */
  forget(watched: Watched, uids: Iterable<number>): void {
    const folder = this.#folders[watched];
    for (const uid of uids) {
      const fact = folder?.facts.get(uid);
      if (fact === undefined) continue;
      folder?.facts.delete(uid);
      this.#changed = true;
      // What it has made void counts now.
      if (fact.letter !== null || fact.claims.length > 0) this.#forgetLetters();
    }
  }

  /** What came before that moment counts for nothing any more. */
  prune(watched: Watched, before: number): void {
    const folder = this.#folders[watched];
    if (folder === null) return;
    const uids = ascending(folder.facts.keys());
    const kept = uids.findIndex((uid) => (folder.facts.get(uid)?.at ?? 0) >= before);
    if (kept === 0) return;
    folder.first = uids[kept] ?? folder.next;
    folder.since = Math.max(folder.since, before);
    this.forget(watched, kept < 0 ? uids : uids.slice(0, kept));
  }

  /** How the limits count it, as long as it is neither under way nor held; null for what they do not count. */
  counted(watched: Watched, uid: number): EarlierLetter | null {
    const letter = this.#folders[watched]?.facts.get(uid)?.letter ?? null;
    if (watched === 'register') return this.#voided.has(uid) ? null : letter;
    // What was sent counts against its own cause too: somebody has put that back into the inbox. No hash is such a word.
    return letter === null ? null : { ...letter, cause: `sent ${uid}` };
  }

  /**
   * All that is counted, as if nothing were under way or held. What is learned later is not in it before the next call: a
   * pass counts by itself what it sends.
   */
  letters(): EarlierLetters {
    this.#letters ??= this.#nothingCounted();
    const inOrder = this.#uncounted.sort((a, b) => a.uid - b.uid);
    for (const learned of inOrder) this.#count(this.#letters, learned);
    this.#uncounted = [];
    return this.#letters;
  }

  #nothingCounted(): EarlierLetters {
    this.#uncounted = WATCHED.flatMap((watched) => {
      const facts = this.#folders[watched]?.facts ?? [];
      return [...facts].map(([uid, fact]) => ({ watched, uid, fact }));
    });
    return new EarlierLetters(this.hash);
  }

  #count(letters: EarlierLetters, { watched, uid, fact }: Learned): void {
    this.#countedTo[watched] = Math.max(this.#countedTo[watched], uid + 1);
    const isVoid = fact.claims.some((claim) => this.#claimed.has(claim));
    if (isVoid) this.#voided.add(uid);
    // What is void claims nothing: its number or root may be another's.
    else for (const claim of fact.claims) this.#claimed.add(claim);
    const letter = this.counted(watched, uid);
    if (letter !== null) letters.add(letter);
  }

  #forgetLetters(): void {
    this.#letters = null;
    this.#uncounted = [];
    this.#claimed.clear();
    this.#voided.clear();
    for (const watched of WATCHED) this.#countedTo[watched] = 0;
  }
}

function hashUnder(secret: string): Hash {
  const known = new Map<string, string>();
  return (name) => {
    const had = known.get(name);
    if (had !== undefined) return had;
    if (known.size >= MAX_KNOWN_HASHES) known.clear();
    const hashed = keyedHash(secret, 'limits 1', [name]).slice(0, HASH_CHARACTERS);
    known.set(name, hashed);
    return hashed;
  };
}

function ascending(uids: Iterable<number>): readonly number[] {
  return [...uids].sort((a, b) => a - b);
}

/** `[uid, at, leaves, claims]`, and behind it `name, cause, groups` of what counts. */
type Row = readonly (number | string | readonly string[])[];

function written({ uidValidity, since, first, next, facts }: FolderRecord): object {
  const rows = [...facts].map(([uid, { at, claims, letter, leaves }]): Row => {
    const known = [uid, at, leaves ? 1 : 0, claims];
    return letter === null ? known : [...known, letter.name, letter.cause, letter.groups];
  });
  return { uidValidity, since, first, next, rows };
}

/** null for what has another form. It is signed: what has this form is what `written` wrote. */
function readForm(value: unknown): Record<Watched, FolderRecord> | null {
  if (!isRecord(value) || value['form'] !== FORM) return null;
  const [register, outbox] = WATCHED.map((watched) => readFolder(value[watched]));
  return register && outbox ? { register, outbox } : null;
}

function readFolder(value: unknown): FolderRecord | null {
  if (!isRecord(value)) return null;
  const { uidValidity, since, first, next, rows } = value;
  if (typeof uidValidity !== 'string' || typeof since !== 'number' || !Array.isArray(rows)) return null;
  if (typeof first !== 'number' || typeof next !== 'number') return null;
  const facts = new Map<number, SentFact>();
  for (const row of rows as readonly unknown[]) {
    const read = readRow(row);
    if (read === null) return null;
    facts.set(...read);
  }
  return { uidValidity, since, first, next, facts };
}

function readRow(row: unknown): [number, SentFact] | null {
  if (!Array.isArray(row)) return null;
  const [uid, at, leaves, claims, name, cause, groups] = row as readonly unknown[];
  if (typeof uid !== 'number' || typeof at !== 'number' || !isTexts(claims)) return null;
  const counts = typeof name === 'string' && typeof cause === 'string' && isTexts(groups);
  return [uid, { at, claims, leaves: leaves === 1, letter: counts ? { name, cause, groups, at } : null }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
