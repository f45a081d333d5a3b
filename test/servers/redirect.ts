/** Copies of programs and libraries that look for their files elsewhere than where they were built to. */
import { readFile, writeFile } from 'node:fs/promises';

/** A path, or the name of a function of the C library, as it was built in, and the one to take its place, which may not be longer. */
export type Redirection = readonly [built: string, wanted: string];

/** How much of a string a compiler moves at once. */
const PIECE = 16;

/** Writes `to`, a copy of `from`. Throws where one of the built-in paths is not to be found in it. */
export async function copyRedirected(
  from: string,
  to: string,
  redirections: readonly Redirection[],
): Promise<void> {
  const bytes = await readFile(from);
  const whole = redirections.map(([built, wanted]) => replaceAll(bytes, ...asBytes(built, wanted)));
  const pieces = redirections.map(([built, wanted]) => replacePieces(bytes, ...asBytes(built, wanted)));
  const missing = redirections.find((_, index) => whole[index] !== true && pieces[index] !== true);
  if (missing !== undefined) throw new Error(`${from} does not look for ${missing[0]}.`);
  await writeFile(to, bytes, { mode: 0o755 });
}

function asBytes(built: string, wanted: string): readonly [Buffer, Buffer] {
  return [Buffer.from(`${built}\0`), Buffer.from(`${padded(wanted, built.length)}\0`)];
}

/**
 * To copy a short string of known length, compilers may keep two pieces of it that overlap, with or without the NUL at
 * the end, in its stead. The first piece may also begin another string, so whole strings must have been replaced.
 */
function replacePieces(bytes: Buffer, old: Buffer, fresh: Buffer): boolean {
  const [first, last, lastAndNul] = [
    [0, PIECE],
    [old.length - 1 - PIECE, old.length - 1],
    [old.length - PIECE, old.length],
  ].map(([start, end]) => replaceAll(bytes, old.subarray(start, end), fresh.subarray(start, end)));
  return first === true && (last === true || lastAndNul === true);
}

/** Longer by slashes that mean nothing, since code may know the length. */
function padded(path: string, length: number): string {
  if (path.length === length) return path;
  const at = path.lastIndexOf('/');
  if (path.length > length) throw new Error(`${path} is too long a path to be built in.`);
  return path.slice(0, at) + path.slice(at).padStart(length - at, '/');
}

function replaceAll(bytes: Buffer, old: Buffer, fresh: Buffer): boolean {
  let found = false;
  for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at + 1)) {
    fresh.copy(bytes, at);
    found = true;
  }
  return found;
}
