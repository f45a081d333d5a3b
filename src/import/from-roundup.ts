/**
 * A folder that `roundup-admin export` has written: tables, and the contents of messages and files in folders beside them. All of it
 * is looked at before anything is imported; contents are read when their mail is composed. Nothing outside of the folder is.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { composeTrackerMail } from '../roundup/mail.js';
import { damaged, type Pace, readTable, type Table } from '../roundup/table.js';
import {
  COLUMNS,
  readTracker,
  type Tracker,
  type TrackerIssue,
  type TrackerMail,
} from '../roundup/tracker.js';
import { openFile } from './files.js';
import { Counter, demandImportable, MAX_MESSAGE_BYTES, type Source, type SourceMessage } from './source.js';

/** Statuses of the trackers that Roundup comes with, and their like. */
const CLOSED = ['resolved', 'done', 'closed'];
/** Of all tables: what is made of them takes some seven times as much memory (2 kB of a message with a line of 270 bytes). */
const MAX_TABLE_BYTES = 200_000_000;
/** A header, of the mail or of a part. */
const HEADER_BYTES = 4_096;
/** By quoted-printable at most, with its line ends; by base64 always. */
const ENCODED = { text: 3.2, file: 1.4 } as const;

export function isRoundup(entries: readonly Dirent[]): boolean {
  const names = new Set(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])));
  return names.has('issue.csv') && (names.has('msg.csv') || names.has('user.csv'));
}

/** `closed`: names of statuses; null for what is known as such. */
export async function findInRoundup(
  path: string,
  closed: readonly string[] | null,
  signal: AbortSignal,
): Promise<Source> {
  const folder = await realpath(path);
  const pace: Pace = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  const tables = new TableReader(folder, pace);
  const issues = await tables.read('issue', ['title', 'messages']);
  for (const { where, id } of issues.rows.values()) demandImportable(where, [id]);
  const tracker = await readTracker(
    {
      issue: issues,
      msg: await tables.read('msg', ['author', 'date']),
      user: await tables.read('user', ['username', 'address']),
      file: await tables.optional('file', ['name']),
      status: await tables.optional('status', ['name']),
    },
    pace,
  );
  const isClosed = closedBy(folder, tracker, closed);
  const counter = new Counter();
  const groups = [];
  for (const issue of tracker.issues) {
    const messages: SourceMessage[] = [];
    for (const mail of issue.mails) {
      signal.throwIfAborted();
      const message = await sourceOf(folder, issue, mail);
      counter.note(message);
      messages.push(message);
    }
    const state = isClosed(issue) ? ('archived' as const) : ('open' as const);
    groups.push({ ticket: issue.id, state, listed: null, messages });
  }
  return { groups, highest: tracker.highest, notes: tracker.notes };
}

function closedBy(
  folder: string,
  { statuses }: Tracker,
  closed: readonly string[] | null,
): (issue: TrackerIssue) => boolean {
  const names = new Set((closed ?? CLOSED).map((name) => name.trim().toLowerCase()));
  const unknown = closed === null ? [] : [...names].filter((name) => !statuses.includes(name));
  if (unknown.length > 0)
    throw new Problem(
      'import-status',
      `--closed: ${folder} has no status "${unknown.join('", "')}". It has: ${statuses.join(', ')}`,
      { exitCode: EXIT.usage },
    );
  return ({ status }) => status !== null && names.has(status);
}

class TableReader {
  readonly #folder: string;
  readonly #pace: Pace;
  #bytes = 0;

  constructor(folder: string, pace: Pace) {
    this.#folder = folder;
    this.#pace = pace;
  }

  async read(name: keyof typeof COLUMNS, needed: readonly string[]): Promise<Table> {
    const path = join(this.#folder, `${name}.csv`);
    const { size } = await look(path, `without it nothing can be made of the export`);
    this.#bytes += size;
    if (this.#bytes > MAX_TABLE_BYTES)
      throw damaged(
        path,
        `with it the tables have more than the ${MAX_TABLE_BYTES} bytes that can be imported`,
      );
    const bytes = await readWhole(path, size);
    return readTable(path, bytes, { needed, kept: COLUMNS[name], pace: this.#pace });
  }

  async optional(name: keyof typeof COLUMNS, needed: readonly string[]): Promise<Table | null> {
    const isThere = await lstat(join(this.#folder, `${name}.csv`)).then(
      () => true,
      () => false,
    );
    return isThere ? this.read(name, needed) : null;
  }
}

/** Where Roundup puts a content: a folder for each thousand. */
function contentPath(folder: string, kind: 'msg' | 'file', id: number): string {
  return join(folder, `${kind}-files`, String(Math.floor(id / 1000)), `${kind}${id}`);
}

async function sourceOf(folder: string, issue: TrackerIssue, mail: TrackerMail): Promise<SourceMessage> {
  const text = mail.id === null ? null : contentPath(folder, 'msg', mail.id);
  const files = mail.files.map(({ id }) => contentPath(folder, 'file', id));
  const contents = text === null ? files : [text, ...files];
  let bytes = HEADER_BYTES;
  let largest = { path: '', size: 0 };
  for (const path of contents) {
    const { size } = await look(
      path,
      '"roundup-admin exporttables" leaves contents out, "roundup-admin export" has them',
    );
    if ((await realpath(path)) !== path) throw damaged(path, 'a link on the way leads out of the export');
    bytes += HEADER_BYTES + Math.ceil(size * (path === text && !mail.isHtml ? ENCODED.text : ENCODED.file));
    if (size > largest.size) largest = { path, size };
  }
  if (bytes > MAX_MESSAGE_BYTES) throw tooLarge(issue, mail, { ...largest, bytes });
  const compose = async (): Promise<Buffer> => {
    const read: Buffer[] = [];
    for (const path of contents) read.push(await readWhole(path, (await look(path, '')).size));
    return composeTrackerMail(issue, mail, {
      text: text === null ? null : (read[0] ?? null),
      files: text === null ? read : read.slice(1),
    });
  };
  const path = contents[0] ?? join(folder, 'issue.csv');
  return { path, start: 0, end: bytes, dialect: null, at: mail.at, flags: [], compose };
}

function tooLarge(
  issue: TrackerIssue,
  mail: TrackerMail,
  { path, size, bytes }: { readonly path: string; readonly size: number; readonly bytes: number },
): Problem {
  const what = mail.id === null ? `a file of issue${issue.id}` : `msg${mail.id} of issue${issue.id}`;
  return damaged(
    path,
    `with this file of ${size} bytes, ${what} becomes a mail of up to ${bytes} bytes, and no more than ${MAX_MESSAGE_BYTES} can be imported. Keep the file elsewhere, and put a text file of the same name in its place that says where`,
  );
}

/** A plain file that is there. */
async function look(path: string, hint: string): Promise<Stats> {
  const found = await lstat(path).catch((error: unknown) => {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : `it cannot be read (${codeOf(error)})`;
    throw damaged(path, hint === '' ? why : `${why}; ${hint}`);
  });
  return found.isFile() ? found : Promise.reject(damaged(path, 'it is no file'));
}

async function readWhole(path: string, size: number): Promise<Buffer> {
  const file = await openFile(path).catch((error: unknown) => {
    throw damaged(path, `it cannot be read (${codeOf(error)})`);
  });
  try {
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    if (bytesRead < size) throw damaged(path, 'the file has become shorter meanwhile');
    return bytes;
  } finally {
    await file.close();
  }
}
