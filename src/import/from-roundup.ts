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
import { damaged, readTable, type Table } from '../roundup/table.js';
import { readTracker, type Tracker, type TrackerIssue, type TrackerMail } from '../roundup/tracker.js';
import { openFile } from './files.js';
import { Counter, type Source, type SourceMessage } from './source.js';

/** Statuses of the trackers that Roundup comes with, and their like. */
const CLOSED = ['resolved', 'done', 'closed'];
const MAX_TABLE_BYTES = 1_000_000_000;
/** A header, and what base64 and quoted-printable add at most. */
const HEADER_BYTES = 4_096;
const ENCODED = 3;

export function isRoundup(entries: readonly Dirent[]): boolean {
  const names = new Set(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])));
  return names.has('issue.csv') && (names.has('msg.csv') || names.has('user.csv'));
}

/** `closed`: names of statuses; null for what is known as such. */
export async function findInRoundup(path: string, closed: readonly string[] | null): Promise<Source> {
  const folder = await realpath(path);
  const tracker = readTracker({
    issue: await table(folder, 'issue', ['title', 'messages']),
    msg: await table(folder, 'msg', ['author', 'date']),
    user: await table(folder, 'user', ['username', 'address']),
    file: await optional(folder, 'file', ['name']),
    status: await optional(folder, 'status', ['name']),
  });
  const isClosed = closedBy(folder, tracker, closed);
  const counter = new Counter();
  const groups = [];
  for (const issue of tracker.issues) {
    const messages: SourceMessage[] = [];
    for (const mail of issue.mails) {
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

async function table(folder: string, name: string, needed: readonly string[]): Promise<Table> {
  const path = join(folder, `${name}.csv`);
  const { size } = await look(path, `without it nothing can be made of the export`);
  if (size > MAX_TABLE_BYTES) throw damaged(path, `it is larger than ${MAX_TABLE_BYTES} bytes`);
  return readTable(path, await readWhole(path, size), needed);
}

async function optional(folder: string, name: string, needed: readonly string[]): Promise<Table | null> {
  const isThere = await lstat(join(folder, `${name}.csv`)).then(
    () => true,
    () => false,
  );
  return isThere ? table(folder, name, needed) : null;
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
  for (const path of contents) {
    const { size } = await look(
      path,
      '"roundup-admin exporttables" leaves contents out, "roundup-admin export" has them',
    );
    if ((await realpath(path)) !== path) throw damaged(path, 'a link on the way leads out of the export');
    bytes += size * ENCODED;
  }
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
