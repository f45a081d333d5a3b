/**
 * The register as a pass reads it: what is open or under way, and the newest entries, arbitrated.
 *
 * Arbitration (by every reader, not only by who writes): of entries of one kind that claim the same (`claims` in `kinds/`:
 * a number, a root, a message), only the lowest UID counts. UIDs are given by the server in the order of appending, so
 * all readers agree; the others are void, and removed by whoever sees them.
 */
import type { Query, ReadStore, StoredMessage } from '../store.js';
import {
  type CopiedRecord,
  type EntryName,
  kindOf,
  type RecordOf,
  type Registered,
  SPLIT_OFF,
  type Taken,
} from './entry.js';
import { parseRecord, parseTaken } from './parse.js';
import { readEntries } from './read-entries.js';

type Entries<N extends EntryName> = readonly Registered<RecordOf<N>>[];

export interface RegisterView {
  /** Those that count, in order of UID. What lies in their texts is not read with them. */
  readonly of: <N extends EntryName>(name: N) => Entries<N>;
  readonly tickets: Entries<'ticket'>;
  readonly links: Entries<'link'>;
  readonly hints: Entries<'hint'>;
  readonly merges: Entries<'merge'>;
  readonly written: Entries<'written'>;
  readonly adoption: Registered<RecordOf<'adoption'>> | null;
  readonly highest: number;
  /** UIDs of entries that do not count. */
  readonly voided: readonly number[];
}

/** How many of the newest entries are read besides the open ones; together they tell the highest number. */
const NEWEST_ENTRIES = 20;

export const OPEN_OR_UNDER_WAY: Query = {
  or: [
    { flag: '\\Answered', set: false },
    { flag: '\\Flagged', set: true },
    { flag: SPLIT_OFF, set: true },
  ],
};

export interface FoundEntries {
  readonly uids: readonly number[];
  /** All from this UID on are among them. */
  readonly newestFrom: number;
  /** Of the folder, before anything of it was read. */
  readonly uidNext: number;
  readonly uidValidity: string;
}

/** The entries to read. */
export async function findEntries(store: ReadStore, folder: string): Promise<FoundEntries> {
  const { uidNext, uidValidity } = await store.state(folder);
  const newestFrom = Math.max(1, uidNext - NEWEST_ENTRIES);
  const uids = await store.search(folder, { or: [OPEN_OR_UNDER_WAY, { uidFrom: newestFrom }] });
  return { uids, newestFrom, uidNext, uidValidity };
}

export interface ReadRegister extends RegisterView {
  readonly uidNext: number;
  /** Whether all that was found was still there when it was read. */
  readonly isWhole: boolean;
}

export async function readRegister(
  store: ReadStore,
  folder: string,
  { uids, uidNext }: FoundEntries,
): Promise<ReadRegister> {
  const entries = await readEntries(store, folder, uids);
  const isWhole = entries.length === uids.length;
  const view = arbitrate([...entries, ...(await readTellers(store, folder, { entries, uidNext }))]);
  const adoption = view.adoption ?? (await findAdoption(store, folder));
  if (adoption === null) return { ...view, uidNext, isWhole };
  const copies: CopiedRecord[] = [];
  for (const copy of view.of('copied')) {
    copies.push({ ...copy, taken: await takenBy(store, folder, copy.uid) });
  }
  const taken = await takenBy(store, folder, adoption.uid);
  return { ...view, uidNext, isWhole, adoption: { ...adoption, taken, copies } };
}

async function takenBy(store: ReadStore, folder: string, uid: number): Promise<readonly Taken[]> {
  const source = (await store.fetchSource(folder, [uid])).get(uid);
  return parseTaken(source?.toString('latin1') ?? '');
}

/**
 * The newest entries that say how many numbers were given, where none of the newest UIDs does: claims come and go, and take
 * UIDs with them, and so do entries that people delete. Without it the desk would begin again at ticket 1.
 */
async function readTellers(
  store: ReadStore,
  folder: string,
  read: { readonly entries: readonly StoredMessage[]; readonly uidNext: number },
): Promise<readonly StoredMessage[]> {
  const from = read.uidNext - NEWEST_ENTRIES;
  if (from <= 1 || read.entries.some((entry) => entry.uid >= from && tellsNumber(entry))) return [];
  const known = new Set(read.entries.map(({ uid }) => uid));
  const older = (await store.search(folder, { and: [] })).filter((uid) => !known.has(uid));
  const found: StoredMessage[] = [];
  for (let end = older.length; end > 0; end -= NEWEST_ENTRIES) {
    const some = await readEntries(store, folder, older.slice(Math.max(0, end - NEWEST_ENTRIES), end));
    found.push(...some);
    if (some.some(tellsNumber)) break;
  }
  return found;
}

function tellsNumber(entry: StoredMessage): boolean {
  return (parseRecord(entry)?.highest ?? 0) > 0;
}

/** The adoption entry is never marked as done; where a person did so, it is searched for. */
async function findAdoption(store: ReadStore, folder: string): Promise<RegisterView['adoption']> {
  const uids = await store.search(folder, { header: 'X-Imapdesk-Entry', contains: 'adoption' });
  return arbitrate(await readEntries(store, folder, uids)).adoption;
}

export function arbitrate(messages: readonly StoredMessage[]): RegisterView {
  const taken = new Set<string>();
  const valid = new Map<EntryName, Registered[]>();
  const voided: number[] = [];
  let highest = 0;
  for (const message of inOrder(messages)) {
    const record = parseRecord(message);
    if (record === null) continue;
    highest = Math.max(highest, record.highest, record.kind === 'ticket' ? record.number : 0);
    const claims = claimsOf(record);
    if (claims.some((claim) => taken.has(claim))) {
      // What is void claims nothing: its number or root may be another's.
      voided.push(record.uid);
      continue;
    }
    for (const claim of claims) taken.add(claim);
    const alike = valid.get(record.kind);
    if (alike === undefined) valid.set(record.kind, [record]);
    else alike.push(record);
  }
  const of = <N extends EntryName>(name: N): Entries<N> => {
    const records: readonly Registered[] = valid.get(name) ?? [];
    return records.filter((record): record is Registered<RecordOf<N>> => record.kind === name);
  };
  return {
    of,
    tickets: of('ticket'),
    links: of('link'),
    hints: of('hint'),
    merges: of('merge'),
    written: of('written'),
    adoption: of('adoption')[0] ?? null,
    highest,
    voided,
  };
}

function inOrder(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  const isInOrder = messages.every((message, index) => message.uid >= (messages[index - 1]?.uid ?? 0));
  return isInOrder ? messages : [...messages].sort((a, b) => a.uid - b.uid);
}

/** A record never changes, and each pass weighs the same ones. */
const known = new WeakMap<Registered, readonly string[]>();

function claimsOf(record: Registered): readonly string[] {
  const before = known.get(record);
  if (before !== undefined) return before;
  const claims = (kindOf(record).claims?.(record) ?? []).map((claim) => `${record.kind} ${claim}`);
  known.set(record, claims);
  return claims;
}
