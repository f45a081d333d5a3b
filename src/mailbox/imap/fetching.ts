/**
 * Reading messages in batches, never one command for each. Reading uses BODY.PEEK only, so nothing becomes `\Seen`.
 *
 * A server may add rows that nobody asked for (another session changed flags), answer a message in several rows,
 * refuse a whole batch because of one message, or send a structure that cannot be read, in which case imapflow
 * drops the row. So rows are merged by UID, rows that lack something do not count, a refused batch is halved,
 * and messages that an answer leaves out are asked for once more without their structure.
 *
 * That a message cannot be read is believed only where the server reads another one of the folder, or its flags
 * (`Reading`): else the refusal is about the folder, and is thrown. So nothing is taken for gone that was not read.
 */
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import type { StoredMessage } from '../store.js';
import { commandProblem } from './problems.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { messageStructure } from './structure.js';
import { type UidChunk, uidChunks } from './uid-set.js';

const MAX_MESSAGES_PER_FETCH = 250;
const MAX_FLAGS_PER_FETCH = 2000;
const MAX_PART_BYTES_PER_FETCH = 8 * 1024 * 1024;
/** After this many messages in a row that cannot be read, and none that can, the folder itself is put to the test. */
const MAX_REFUSED_IN_A_ROW = 5;
/** All of a message but its structure. */
const MESSAGE = { flags: true, size: true, internalDate: true, headers: true };

/** All rows of one FETCH, merged by UID; only of UIDs that were asked for. */
async function fetchRows(
  session: Session,
  chunk: UidChunk,
  query: FetchQueryObject,
): Promise<Map<number, FetchMessageObject>> {
  const wanted = new Set(chunk.uids);
  const { view } = session;
  const rows = new Map<number, FetchMessageObject>();
  // fetchAll, not fetch: a command sent from within that loop would wait for ever.
  for (const row of await session.client.fetchAll(chunk.set, { uid: true, ...query }, { uid: true })) {
    const uid: number | undefined = row.uid;
    if (uid !== undefined && wanted.has(uid)) {
      const known = rows.get(uid);
      rows.set(uid, known === undefined ? row : { ...known, ...row });
    }
  }
  view.shown(rows.keys());
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

function storedMessages(rows: ReadonlyMap<number, FetchMessageObject>): StoredMessage[] {
  return [...rows.values()].map(storedMessage).filter((message) => message !== null);
}

/** Passes if the server said no; anything else is thrown. A folder that is gone has no message to blame. */
function mustBeRefusal(error: unknown): void {
  if (commandProblem(error, 'read').code !== 'imap-refused') throw error;
}

/** One look at messages of the selected folder: what was read, and what was refused. */
class Reading {
  readonly #session: Session;
  readonly #query: FetchQueryObject;
  readonly rows = new Map<number, FetchMessageObject>();
  readonly #refused: number[] = [];
  /** As imapflow told the last one: where it is thrown, the session says what it was for. */
  #refusal: unknown;
  #inARow = 0;
  #proven = false;

  constructor(session: Session, query: FetchQueryObject) {
    this.#session = session;
    this.#query = query;
  }

  /** Halves a batch that is refused. A message that is refused alone is left out, once the folder is proven. */
  async read(chunk: UidChunk): Promise<void> {
    try {
      const rows = await fetchRows(this.#session, chunk, this.#query);
      for (const [uid, row] of rows) this.rows.set(uid, row);
      if (rows.size > 0) this.#proven = true;
      this.#inARow = 0;
    } catch (error) {
      mustBeRefusal(error);
      if (chunk.uids.length > 1) {
        const halves = uidChunks(chunk.uids, Math.ceil(chunk.uids.length / 2));
        for (const half of halves) await this.read(half);
        return;
      }
      this.#refused.push(...chunk.uids);
      this.#refusal = error;
      this.#inARow += 1;
      if (!this.#proven && this.#inARow >= MAX_REFUSED_IN_A_ROW) await this.#prove();
    }
  }

  /** Throws unless the refusals are shown to be about these messages. */
  async end(): Promise<void> {
    if (this.#refused.length === 0) return;
    if (!this.#proven) await this.#prove();
    const left: number[] = [];
    for (const one of this.#refused) {
      // The server may have said no for the moment only.
      const again = await this.#ask(one, this.#query);
      if (again === null) left.push(one);
      for (const [uid, row] of again ?? []) this.rows.set(uid, row);
    }
    for (const one of left) {
      const { folder } = this.#session;
      this.#session.warnOnce(`The IMAP server cannot read message ${String(one)} of ${folder}`);
    }
  }

  /** The server reads at least the flags of what it refuses, or another message of the folder. */
  async #prove(): Promise<void> {
    const refused = new Set(this.#refused);
    const other = (await searchUids(this.#session, { and: [] })).findLast((uid) => !refused.has(uid));
    const probes: readonly (readonly [number | undefined, FetchQueryObject])[] = [
      [other, this.#query],
      [this.#refused[0], { flags: true }],
    ];
    for (const [uid, query] of probes) {
      const answered = uid === undefined ? null : await this.#ask(uid, query);
      if (answered !== null && answered.size > 0) {
        this.#proven = true;
        return;
      }
    }
    throw this.#refusal;
  }

  /** One message alone; null where it is refused. */
  async #ask(uid: number, query: FetchQueryObject): Promise<Map<number, FetchMessageObject> | null> {
    const [chunk] = uidChunks([uid], 1);
    if (chunk === undefined) return null;
    try {
      return await fetchRows(this.#session, chunk, query);
    } catch (error) {
      mustBeRefusal(error);
      return null;
    }
  }
}

async function readAll(
  session: Session,
  chunks: readonly UidChunk[],
  query: FetchQueryObject,
): Promise<Map<number, FetchMessageObject>> {
  const reading = new Reading(session, query);
  for (const chunk of chunks) await reading.read(chunk);
  await reading.end();
  return reading.rows;
}

/**
 * Header blocks and what goes with them, in order of UID; without those that are gone or marked `\Deleted`, and
 * without those that the server refuses to read although it reads others.
 */
export async function fetchMessages(
  session: Session,
  uids: readonly number[],
  structure: boolean,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_FETCH)) {
    const read = storedMessages(await readAll(session, [chunk], { ...MESSAGE, bodyStructure: structure }));
    const seen = new Set(read.map((message) => message.uid));
    const missing = structure ? chunk.uids.filter((uid) => !seen.has(uid)) : [];
    const again = await readAll(session, uidChunks(missing, MAX_MESSAGES_PER_FETCH), MESSAGE);
    found.push(...read, ...storedMessages(again));
  }
  return presentInOrder(found);
}

function presentInOrder(found: readonly StoredMessage[]): StoredMessage[] {
  return found.filter((message) => !isDeleted(message.flags)).sort((a, b) => a.uid - b.uid);
}

/** The same if one command answers it, and leaves nothing out; else null: `fetchMessages` finds out why. */
export async function fetchAtOnce(
  session: Session,
  uids: readonly number[],
  structure: boolean,
): Promise<StoredMessage[] | null> {
  const [chunk, ...others] = uidChunks(uids, MAX_MESSAGES_PER_FETCH);
  if (chunk === undefined || others.length > 0) return null;
  const found = storedMessages(await fetchRows(session, chunk, { ...MESSAGE, bodyStructure: structure }));
  return found.length < chunk.uids.length ? null : presentInOrder(found);
}

/** What is read of messages, in one command a chunk. */
export interface Picking<T> {
  readonly chunks: readonly UidChunk[];
  readonly query: FetchQueryObject;
  /** null leaves the message out. */
  readonly pick: (row: FetchMessageObject) => T | null;
}

async function pickChunk<T>(
  session: Session,
  chunk: UidChunk,
  { query, pick }: Picking<T>,
): Promise<Map<number, T>> {
  const found = new Map<number, T>();
  for (const [uid, row] of await fetchRows(session, chunk, query)) {
    const picked = pick(row);
    if (picked !== null) found.set(uid, picked);
  }
  return found;
}

export async function pickAll<T>(session: Session, picking: Picking<T>): Promise<Map<number, T>> {
  const found = new Map<number, T>();
  for (const chunk of picking.chunks)
    for (const [uid, picked] of await pickChunk(session, chunk, picking)) found.set(uid, picked);
  return found;
}

/** The same where one command answers it; else null. */
export async function pickAtOnce<T>(session: Session, picking: Picking<T>): Promise<Map<number, T> | null> {
  const [chunk, ...others] = picking.chunks;
  return chunk === undefined || others.length > 0 ? null : await pickChunk(session, chunk, picking);
}

export function flagsOf(uids: readonly number[]): Picking<ReadonlySet<string>> {
  return {
    chunks: uidChunks(uids, MAX_FLAGS_PER_FETCH),
    query: { flags: true },
    pick: ({ flags }) => (flags === undefined || isDeleted(flags) ? null : flags),
  };
}

export interface PartRequest {
  readonly path: string;
  readonly maxBytes: number;
  /** The first byte; 0 if left out. */
  readonly from?: number;
}

/** The beginning of one part of many messages, still transfer-encoded; messages without that part are left out. */
export function partsOf(uids: readonly number[], { path, maxBytes, from = 0 }: PartRequest): Picking<Buffer> {
  if (!/^(?:TEXT|\d+(?:\.\d+)*)$/.test(path) || !(maxBytes > 0) || !(from >= 0))
    throw new Problem('imap-part', 'Not the number of a body part, or no bytes asked for');
  const perFetch = Math.min(MAX_MESSAGES_PER_FETCH, Math.ceil(MAX_PART_BYTES_PER_FETCH / maxBytes));
  return {
    chunks: uidChunks(uids, perFetch),
    query: { bodyParts: [{ key: path, start: Math.floor(from), maxLength: Math.floor(maxBytes) }] },
    pick: ({ bodyParts }) => bufferOf(bodyParts?.get(path.toLowerCase())),
  };
}

export function sourcesOf(uids: readonly number[]): Picking<Buffer> {
  return {
    chunks: uidChunks(uids, MAX_MESSAGES_PER_FETCH),
    query: { source: true, flags: true },
    pick: ({ source, flags }) => (flags !== undefined && isDeleted(flags) ? null : bufferOf(source)),
  };
}

function bufferOf(value: unknown): Buffer | null {
  return Buffer.isBuffer(value) ? value : null;
}
