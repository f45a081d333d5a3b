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

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The ranges of a set such as "3:5,9", as they stand there; null for what is none, and for more than `most` UIDs. A range
 * may be written either way round (RFC 9051 §9, seq-range).
 */
function rangesOf(set: string, most: number): readonly Range[] | null {
  const ranges: Range[] = [];
  let count = 0;
  for (const part of set.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
    const ends = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!ends.every(isUid)) return null;
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    count += last - first + 1;
    if (count > most) return null;
    ranges.push({ first, last });
  }
  return ranges;
}

function membersOf(ranges: readonly Range[]): readonly number[] {
  const uids: number[] = [];
  for (const { first, last } of ranges) for (let uid = first; uid <= last; uid += 1) uids.push(uid);
  return uids;
}

/** The UIDs of a set as a server answers it, an empty one included; null for what is none. */
export function setMembers(set: string): readonly number[] | null {
  if (set === '') return [];
  const ranges = rangesOf(set, MAX_UIDS_IN_A_SET);
  return ranges === null ? null : membersOf(ranges);
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

/** The members of a set that a server tells; null where it is no set, does not ascend, or has more than `most`. */
export function expandedSet(set: string, most: number): readonly number[] | null {
  const ranges = rangesOf(set, most);
  if (ranges === null) return null;
  const ascends = ranges.every(({ first }, index) => first > (ranges[index - 1]?.last ?? 0));
  return ascends ? membersOf(ranges) : null;
}
