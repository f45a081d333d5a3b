/**
 * Small files beside the mailbox that only make things cheap: what is in them can be read anew from the mailbox, so one
 * that is deleted, old, broken or foreign costs time and changes nothing else. Nothing here throws.
 *
 * A file is named by a digest of the account and the desk's folders, so that the name tells nothing of them. It begins with
 * a signature under the desk's secret over its name and its content: what was written for another desk or another name,
 * by somebody else, or not to its end, is not believed. No text of any message belongs in it.
 */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sameToken, signature } from '../../desk/sign/signature.js';

export interface LocalCache {
  /** What was written last under the name, null if there is nothing that can be believed. Check its form: a newer build may have written it. */
  read(name: string): Promise<unknown>;
  /** Replaces what is under the name; `value` must be JSON. Whoever reads meanwhile gets the one or the other. */
  write(name: string, value: unknown): Promise<void>;
}

export interface CacheOptions {
  /** null if there is nowhere to keep anything; see `config/own-folder.ts`. */
  readonly folder: string | null;
  /** As `accountKey` writes it. */
  readonly account: string;
  readonly deskFolders: object;
  readonly secret: string;
  readonly log: { debug(fields: object, message: string): void };
}

/** More than this is neither written nor read. */
export const MAX_CACHE_FILE_BYTES = 32 * 1024 * 1024;

const LABEL = 'cache 1';
const SIGNATURE_CHARACTERS = 64;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/** Keeps nothing. */
export const noCache: LocalCache = { read: async () => null, write: async () => undefined };

export function openCache({ folder, account, deskFolders, secret, log }: CacheOptions): LocalCache {
  if (folder === null) return noCache;
  const key = keyOf(account, deskFolders);
  const fileOf = (name: string): string => join(folder, `${key}.${name}`);
  const signed = (name: string, body: string): string => signature(secret, LABEL, [key, name, body]);
  const untold = async <T>(work: () => Promise<T>, otherwise: T, what: string): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isMissing(error)) log.debug({ err: error, folder }, what);
      return otherwise;
    }
  };
  return {
    read: (name) =>
      untold(
        async () => {
          const text = await readOwn(folder, fileOf(name));
          const body = text.slice(SIGNATURE_CHARACTERS + 1);
          if (!sameToken(text.slice(0, SIGNATURE_CHARACTERS), signed(name, body)))
            throw new Error('the file is not what this desk has written');
          return JSON.parse(body) as unknown;
        },
        null,
        'a cache file is not used, which costs time and nothing else',
      ),
    write: (name, value) =>
      untold(
        async () => {
          const body = JSON.stringify(value);
          await replace(folder, fileOf(name), `${signed(name, body)}\n${body}`);
        },
        undefined,
        'a cache file could not be written, which costs time and nothing else',
      ),
  };
}

function keyOf(account: string, deskFolders: object): string {
  const named = Object.entries(deskFolders).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([account, named]))
    .digest('hex');
}

/** All that is kept here of the desk, as if nobody had ever worked on it; what goes on running writes it anew. */
export async function emptyCache(options: Omit<CacheOptions, 'secret' | 'log'>): Promise<void> {
  const { folder, account, deskFolders } = options;
  if (folder === null) return;
  const key = keyOf(account, deskFolders);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names) if (name.startsWith(`${key}.`)) await rm(join(folder, name), { force: true });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Neither follows a link nor waits for whoever writes into a pipe. */
async function readOwn(folder: string, file: string): Promise<string> {
  demandOwn(await stat(folder), folder);
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return closing(handle, async () => {
    const found = await handle.stat();
    demandOwn(found, file);
    if (!found.isFile() || found.size > MAX_CACHE_FILE_BYTES) throw new Error(`${file} is no cache file`);
    return handle.readFile('utf8');
  });
}

/**
 * There is one name for the file that is being written, so that processes that die meanwhile do not leave one each. Where
 * two write it at once, the signature does not fit, and nobody believes it.
 */
async function replace(folder: string, file: string, text: string): Promise<void> {
  if (Buffer.byteLength(text) > MAX_CACHE_FILE_BYTES) throw new Error(`${file} would be too large`);
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  demandOwn(await stat(folder), folder);
  const unfinished = `${file}.new`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const handle = await open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, FILE_MODE);
  await closing(handle, async () => {
    demandOwn(await handle.stat(), unfinished);
    await handle.writeFile(text, 'utf8');
  });
  await chmod(unfinished, FILE_MODE);
  await rename(unfinished, file);
}

async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}

/** Systems without users (Windows) have no owner to ask for. */
function demandOwn({ uid, mode }: Stats, path: string): void {
  const me = process.geteuid?.();
  if (me === undefined) return;
  if (uid !== me) throw new Error(`${path} belongs to somebody else`);
  if ((mode & WRITABLE_BY_OTHERS) !== 0) throw new Error(`${path} can be written by others`);
}
