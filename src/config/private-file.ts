/** Reads a file that may hold a secret, and says how to keep others from reading it where they can. */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

interface PrivateFile {
  readonly text: string;
  /** The command after which others cannot read it; null where they cannot now. */
  readonly mend: string | null;
}

export async function readPrivateFile(path: string): Promise<PrivateFile> {
  const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  return { text, mend: stats.isFile() ? mendingCommand(path, stats) : null };
}

/**
 * The group may read what its owner can only have meant for it: a file of root's, or of another user, with the group of the
 * program that has to read it. On Windows the bits say nothing, and there are no user ids.
 */
function mendingCommand(
  path: string,
  { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>,
): string | null {
  const me = process.getuid?.();
  if (me === undefined) return null;
  const isForGroup = uid !== me || (me === 0 && gid !== 0);
  if ((mode & (isForGroup ? 0o007 : 0o077)) === 0) return null;
  const quoted = /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
  return `chmod ${isForGroup ? '640' : '600'} ${quoted}`;
}
