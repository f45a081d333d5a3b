/** What lies in an exported folder, and the same of a desk's mailbox, to be compared. */
import { createHash } from 'node:crypto';
import { lstat, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unquoted } from '../../src/mbox/quoting.js';
import { MboxScan } from '../../src/mbox/scan.js';

export interface ExportedFile {
  readonly ticket: number;
  readonly state: 'open' | 'archived';
  /** SHA-256 of each message, sorted. */
  readonly messages: readonly string[];
  /** When each came, in seconds, sorted. */
  readonly times: readonly number[];
}

export function sha256(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** By number. Everything else that lies there is none of it. */
export async function readExport(folder: string): Promise<readonly ExportedFile[]> {
  const found: ExportedFile[] = [];
  for (const state of ['open', 'archived'] as const) {
    const inside = state === 'open' ? folder : join(folder, 'archived');
    for (const name of await readdir(inside)) {
      if (!/^[1-9][0-9]*$/.test(name)) continue;
      const path = join(inside, name);
      const messages = (await lstat(path)).isDirectory() ? await inMaildir(path) : await inMbox(path);
      const sums = messages.map(({ raw }) => sha256(raw)).sort();
      const times = messages.map(({ at }) => at).sort((a, b) => a - b);
      found.push({ ticket: Number(name), state, messages: sums, times });
    }
  }
  return found.sort((a, b) => a.ticket - b.ticket);
}

interface Read {
  readonly raw: Buffer;
  readonly at: number;
}

async function inMaildir(path: string): Promise<Read[]> {
  const messages: Read[] = [];
  for (const place of ['cur', 'new'])
    for (const name of await readdir(join(path, place)))
      messages.push({ raw: await readFile(join(path, place, name)), at: Number(name.split('.')[0]) });
  return messages;
}

async function inMbox(path: string): Promise<Read[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const readAt = async (offset: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const messages: Read[] = [];
    for await (const { start, end, at } of new MboxScan(readAt, {
      size,
      dialect: 'rd',
      exact: true,
    }).places())
      messages.push({
        raw: unquoted(await readAt(start, end - start), 'rd'),
        at: Math.floor((at?.getTime() ?? 0) / 1000),
      });
    return messages;
  } finally {
    await file.close();
  }
}

/** Whatever lies in a folder and below it, with its permissions in octal. */
export async function permissionsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true })) {
    const { mode } = await lstat(join(folder, entry));
    found.set(entry, (mode & 0o777).toString(8));
  }
  return found;
}
