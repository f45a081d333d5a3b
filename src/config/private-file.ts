/** Reads a file that may hold a secret or name commands, and says how to keep others from it where they can read or write it. */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

export interface Exposure {
  /** What others can do with the file: read, write, or read and write. */
  readonly may: string;
  /** The command after which they cannot. */
  readonly mend: string;
  /**
   * The command after which not everybody can write it; null where they cannot now. On many systems a person's group holds
   * nobody else, and may write what the person makes.
   */
  readonly lock: string | null;
}

interface PrivateFile {
  readonly text: string;
  /** null where others can neither read nor write it. */
  readonly exposed: Exposure | null;
}

export async function readPrivateFile(path: string): Promise<PrivateFile> {
  const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  return { text, exposed: stats.isFile() ? exposureOf(resolve(path), stats) : null };
}

/** The same of a folder: whoever can write it can put files there. */
export async function exposureOfFolder(path: string): Promise<Exposure | null> {
  return exposureOf(resolve(path), await stat(path));
}

/**
 * The group may use what its owner can only have meant for it: a file of root's, or of another user, with the group of the
 * program that has to read it. On Windows the bits say nothing, and there are no user ids.
 */
function exposureOf(path: string, { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): Exposure | null {
  const me = process.getuid?.();
  if (me === undefined) return null;
  const isForGroup = uid !== me || (me === 0 && gid !== 0);
  const { others, alone } = isForGroup
    ? { others: mode & 0o007, alone: '640' }
    : { others: mode & 0o077, alone: '600' };
  const writes = (others & 0o022) !== 0;
  const may = [...((others & 0o044) === 0 ? [] : ['read']), ...(writes ? ['write'] : [])];
  if (may.length === 0) return null;
  return {
    may: may.join(' and '),
    mend: `chmod ${alone} ${quoted(path)}`,
    lock: (others & 0o002) === 0 ? null : `chmod o-w ${quoted(path)}`,
  };
}

function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
