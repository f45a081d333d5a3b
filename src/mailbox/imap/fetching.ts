/**
 * Reading messages in batches, never one command for each. Reading uses BODY.PEEK only, so nothing becomes `\Seen`.
 *
 * A server may add rows that nobody asked for (another session changed flags), answer a message in several rows,
 * refuse a whole batch because of one message, or send a structure that cannot be read, in which case imapflow
 * drops the row. So rows are merged by UID, rows that lack something do not count, a refused batch is halved,
 * and what is missing from an answer is asked for once more without its structure.
 */
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import { Problem } from '../../desk/problem.js';
import type { StoredMessage } from '../store.js';
import { commandProblem } from './problems.js';
import type { Session } from './session.js';
import { messageStructure } from './structure.js';
import { sortedUids, type UidChunk, uidChunks } from './uid-set.js';

const MAX_MESSAGES_PER_FETCH = 250;
const MAX_FLAGS_PER_FETCH = 2000;
const MAX_PART_BYTES_PER_FETCH = 8 * 1024 * 1024;

/** All rows of one FETCH, merged by UID; only of UIDs that were asked for. */
async function fetchRows(
  session: Session,
  chunk: UidChunk,
  query: FetchQueryObject,
): Promise<Map<number, FetchMessageObject>> {
  const wanted = new Set(chunk.uids);
  const rows = new Map<number, FetchMessageObject>();
  // fetchAll, not fetch: a command sent from within that loop would wait for ever.
  for (const row of await session.client.fetchAll(chunk.set, { uid: true, ...query }, { uid: true })) {
    const uid: number | undefined = row.uid;
    if (uid !== undefined && wanted.has(uid)) {
      const known = rows.get(uid);
      rows.set(uid, known === undefined ? row : { ...known, ...row });
    }
  }
  return rows;
}

function isDeleted(flags: ReadonlySet<string>): boolean {
  return [...flags].some((flag) => flag.toLowerCase() === '\\deleted');
}

function arrival(date: Date | string | undefined): Date {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : new Date(0);
}

/** null for a row that does not tell everything: nobody asked for it. */
function storedMessage(row: FetchMessageObject): StoredMessage | null {
  if (
    row.flags === undefined ||
    row.size === undefined ||
    row.internalDate === undefined ||
    !('headers' in row)
  ) {
    return null;
  }
  return {
    uid: row.uid,
    flags: row.flags,
    size: row.size,
    receivedAt: arrival(row.internalDate),
    // NIL, which imapflow answers as false, is a message without a header.
    header: Buffer.isBuffer(row.headers) ? row.headers : Buffer.alloc(0),
    structure: messageStructure(row.bodyStructure),
  };
}

function isRefused(error: unknown): boolean {
  const problem = commandProblem(error, 'read');
  return problem.code === 'imap-refused';
}

async function readChunk(session: Session, chunk: UidChunk, structure: boolean): Promise<StoredMessage[]> {
  const query = { flags: true, size: true, internalDate: true, headers: true, bodyStructure: structure };
  try {
    const rows = await fetchRows(session, chunk, query);
    return [...rows.values()].map(storedMessage).filter((message) => message !== null);
  } catch (error) {
    if (!isRefused(error)) {
      throw error;
    }
    if (chunk.uids.length > 1) {
      const halves = uidChunks(chunk.uids, Math.ceil(chunk.uids.length / 2));
      const read: StoredMessage[] = [];
      for (const half of halves) {
        read.push(...(await readChunk(session, half, structure)));
      }
      return read;
    }
    if (structure) {
      return await readChunk(session, chunk, false);
    }
    session.warnOnce(`The IMAP server cannot read message ${chunk.set} of ${session.folder}`);
    return [];
  }
}

/** Header blocks and what goes with them, in order of UID; without those that are gone or marked `\Deleted`. */
export async function fetchMessages(
  session: Session,
  uids: readonly number[],
  structure: boolean,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_FETCH)) {
    const read = await readChunk(session, chunk, structure);
    const seen = new Set(read.map((message) => message.uid));
    const missing = chunk.uids.filter((uid) => !seen.has(uid));
    if (structure) {
      for (const rest of uidChunks(missing, MAX_MESSAGES_PER_FETCH)) {
        read.push(...(await readChunk(session, rest, false)));
      }
    }
    found.push(...read);
  }
  return found.filter((message) => !isDeleted(message.flags)).sort((a, b) => a.uid - b.uid);
}

export async function fetchFlags(
  session: Session,
  uids: readonly number[],
): Promise<Map<number, ReadonlySet<string>>> {
  const found = new Map<number, ReadonlySet<string>>();
  for (const chunk of uidChunks(uids, MAX_FLAGS_PER_FETCH)) {
    for (const [uid, row] of await fetchRows(session, chunk, { flags: true })) {
      if (row.flags !== undefined && !isDeleted(row.flags)) {
        found.set(uid, row.flags);
      }
    }
  }
  return found;
}

export interface PartRequest {
  readonly path: string;
  readonly maxBytes: number;
}

/** The beginning of one part of many messages, still transfer-encoded; messages without that part are left out. */
export async function fetchParts(
  session: Session,
  uids: readonly number[],
  request: PartRequest,
): Promise<Map<number, Buffer>> {
  if (!/^(?:TEXT|\d+(?:\.\d+)*)$/.test(request.path) || !(request.maxBytes > 0)) {
    throw new Problem('imap-part', 'Not the number of a body part, or no bytes asked for');
  }
  const perFetch = Math.ceil(MAX_PART_BYTES_PER_FETCH / request.maxBytes);
  const found = new Map<number, Buffer>();
  for (const chunk of uidChunks(uids, Math.min(MAX_MESSAGES_PER_FETCH, perFetch))) {
    const bodyParts = [{ key: request.path, start: 0, maxLength: Math.floor(request.maxBytes) }];
    for (const [uid, row] of await fetchRows(session, chunk, { bodyParts })) {
      const part: unknown = row.bodyParts?.get(request.path.toLowerCase());
      if (Buffer.isBuffer(part)) {
        found.set(uid, part);
      }
    }
  }
  return found;
}

export async function fetchSource(session: Session, uid: number): Promise<Buffer | null> {
  const [chunk] = uidChunks(sortedUids([uid]), 1);
  if (chunk === undefined) {
    return null;
  }
  const row = (await fetchRows(session, chunk, { source: true, flags: true })).get(uid);
  const gone = row?.flags !== undefined && isDeleted(row.flags);
  return row === undefined || gone || !Buffer.isBuffer(row.source) ? null : row.source;
}
