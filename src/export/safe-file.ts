/**
 * Files that are whole or not there: written under another name, synced, and renamed. Only their owner may read them. Names
 * are ours alone; a link that lies where one goes is replaced, not followed.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';

const TEMPORARY = '.imapdesk-unfinished-';

/** Writes to it: one write after the other. */
export type Write = (bytes: Buffer) => Promise<void>;

export interface Filling {
  readonly fill: (write: Write) => Promise<void>;
  /** Called when all of it is on the disk, and not under its name yet. */
  readonly ready?: (bytes: number) => Promise<void>;
  /** Where it is written first; its own folder if left out. */
  readonly aside?: string;
  /** When it was changed last, as far as the file system is told. */
  readonly changedAt?: Date;
}

export async function writeWhole(path: string, filling: Filling): Promise<void> {
  const { fill, ready, aside = dirname(path), changedAt } = filling;
  const temporary = join(aside, `${TEMPORARY}${randomBytes(8).toString('hex')}`);
  let bytes = 0;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await fill(async (some) => {
        await writeAll(file, some);
        bytes += some.length;
      });
      if (changedAt !== undefined) await file.utimes(changedAt, changedAt);
      await file.sync();
    } finally {
      await file.close();
    }
    await ready?.(bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw unwritable(path, error);
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** With all that is in it; a link is removed itself. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

export async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
}

/** Errors of what fills the file are its own: only those of the file system are about the path. */
function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const code = codeOf(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const why = isFull ? 'there is no room left. What was written so far is whole; the next run goes on' : code;
  return new Problem('export-unwritable', `${path} cannot be written: ${why}`, {
    exitCode: EXIT.unavailable,
  });
}

/** Only for its owner, if it is made here. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

/** What processes that died have left in a folder. */
export async function clearUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (name.startsWith(TEMPORARY)) await rm(join(folder, name), { force: true });
}

/** Empty for a folder that is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw unwritable(folder, error);
  });
}

export interface Found {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
}

/** null where nothing is; a link is none of the two. */
export async function lookAtPath(path: string): Promise<Found | null> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw unwritable(path, error);
  });
  if (found === null) return null;
  return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', size: found.size };
}

export async function moveTo(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    throw unwritable(to, error);
  });
}

const COPIED_BYTES = 1_048_576;

/** A part of a file, or all of it from `start` on. */
export async function copyInto(
  write: Write,
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<void> {
  const file = await openFile(path);
  try {
    for (let at = start; at < end; ) {
      const bytes = Buffer.alloc(Math.min(COPIED_BYTES, end - at));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) throw new Error(`${basename(path)} became shorter`);
      await write(bytes.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** For reading; never through a link. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

export function openToAppend(path: string): Promise<FileHandle> {
  return open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
}

/** A Maildir that has become empty; one that has not stays. */
export async function removeFolder(path: string): Promise<void> {
  for (const inner of ['cur', 'new', 'tmp', '.'])
    await rmdir(join(path, inner)).catch((error: unknown) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw unwritable(path, error);
    });
}
