/**
 * Sequence sets (RFC 9051 §4.1.1) for lists of UIDs. A range never reaches over a UID that was not asked for: what
 * lies between may belong to somebody else.
 */

/** Well below the 8,192 bytes that RFC 7162 §4 asks a server to take in one command line. */
export const MAX_SET_CHARACTERS = 4000;

export interface UidChunk {
  readonly uids: readonly number[];
  /** Such as "3:5,9". */
  readonly set: string;
}

/** The highest UID that some servers do not take for "*". */
export const HIGHEST_UID = 4_294_967_294;

function isUid(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= HIGHEST_UID;
}

/** Ascending, each once; what can be no UID is left out. */
export function sortedUids(uids: Iterable<number>): number[] {
  return [...new Set(uids)].filter(isUid).sort((a, b) => a - b);
}

/** No mailbox has as many; a server that names more has lost its way. */
export const MAX_UIDS_IN_A_SET = 20_000_000;

/** The UIDs of a set such as "3:5,9" as a server answers it, an empty one included; null for what is none. */
export function setMembers(set: string): readonly number[] | null {
  const uids: number[] = [];
  if (set === '') return uids;
  for (const part of set.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
    const ends = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!ends.every(isUid)) return null;
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    if (uids.length + last - first >= MAX_UIDS_IN_A_SET) return null;
    for (let uid = first; uid <= last; uid += 1) uids.push(uid);
  }
  return uids;
}

interface Run {
  readonly first: number;
  last: number;
}

function runText(run: Run): string {
  return run.first === run.last ? String(run.first) : `${String(run.first)}:${String(run.last)}`;
}

/** Cuts a list of UIDs into sets of at most `maxUids` that each fit into a command line. */
export function uidChunks(uids: Iterable<number>, maxUids: number): UidChunk[] {
  const chunks: UidChunk[] = [];
  let members: number[] = [];
  let runs: Run[] = [];
  let characters = 0;
  const cut = (): void => {
    if (members.length > 0) chunks.push({ uids: members, set: runs.map(runText).join(',') });
    members = [];
    runs = [];
    characters = 0;
  };
  for (const uid of sortedUids(uids)) {
    const run = runs.at(-1);
    if (run !== undefined && run.last + 1 === uid) {
      run.last = uid;
    } else {
      // Counted as if every run were a range: two numbers, a colon and a comma.
      runs.push({ first: uid, last: uid });
      characters += 2 * String(uid).length + 2;
    }
    members.push(uid);
    if (members.length >= maxUids || characters >= MAX_SET_CHARACTERS) cut();
  }
  cut();
  return chunks;
}

/**
 * The members of a set that a server tells, such as "3:5,9"; null where it is no set, does not ascend, or has more than
 * `most`. A range may be written either way round (RFC 9051 §9, seq-range).
 */
export function expandedSet(set: string, most: number): readonly number[] | null {
  const uids: number[] = [];
  for (const part of set.split(',')) {
    const [, from = '', to = from] = /^([1-9]\d{0,9})(?::([1-9]\d{0,9}))?$/.exec(part) ?? [];
    const [first, last] = [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
    if (from === '' || first <= (uids.at(-1) ?? 0) || uids.length + last - first >= most) return null;
    for (let uid = first; uid <= last; uid += 1) uids.push(uid);
  }
  return uids;
}
