/**
 * The spool: a folder in which messages lie that no mailbox could be given yet, one file each, as they will be stored.
 *
 * A message is written under a name that nobody reads, forced to the disk, renamed, and then the folder is forced: so
 * what has a message's name is whole, and once `put` has ended it outlasts a power cut. The name is the message's
 * identity: the same bytes piped again are the same file. Who takes messages out keeps others from
 * doing so meanwhile (`commands/deliver-spool.ts`).
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const MESSAGE = /^[0-9a-f]{64}\.eml$/;
const UNFINISHED = /\.new$/;
/** Whoever wrote it has died. */
const UNFINISHED_FOR_MS = 86_400_000;

export interface Spooled {
  readonly name: string;
  /** When it was put there: milliseconds since 1970. */
  readonly at: number;
}

export class Spool {
  readonly folder: string;

  /** `desk` is an address: each desk has a folder of its own, so that nothing goes to another one by mistake. */
  constructor(folder: string, desk: string) {
    const named = desk.toLowerCase().replaceAll(/[^a-z0-9@._+-]/gu, (one) => escaped(one));
    this.folder = join(resolve(folder), named);
  }

  /** The message is on the disk once this has ended; answers its name. */
  async put(raw: Buffer): Promise<string> {
    await makeFolder(this.folder);
    const name = `${createHash('sha256').update(raw).digest('hex')}.eml`;
    const unfinished = join(this.folder, `${randomUUID()}.new`);
    try {
      await writeThrough(unfinished, raw);
      await rename(unfinished, join(this.folder, name));
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    await force(this.folder);
    return name;
  }

  /** The messages, the oldest first. */
  async list(): Promise<readonly Spooled[]> {
    const all = await readdir(this.folder).catch(nothingThere);
    const found: Spooled[] = [];
    for (const name of all) {
      const at = await changedAt(join(this.folder, name));
      if (at === null) continue;
      if (MESSAGE.test(name)) found.push({ name, at });
      else if (UNFINISHED.test(name) && Date.now() - at > UNFINISHED_FOR_MS) await this.remove(name);
    }
    return found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.folder, name));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }
}

/** As in a URL; also what stays as it is there. */
function escaped(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** null if it is gone. */
async function changedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

function nothingThere(error: unknown): readonly string[] {
  if (isCode(error, 'ENOENT')) return [];
  throw error;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** No folder above these two is made: a wrong path shall be seen, and Node tries for ever to make some recursively. */
async function makeFolder(folder: string): Promise<void> {
  for (const one of [dirname(folder), folder]) {
    try {
      await mkdir(one, { mode: FOLDER_MODE });
      await force(dirname(one));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
}

async function writeThrough(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name in a folder is on the disk once the folder is. */
async function force(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
