/**
 * A ticket as one mbox file. The list says of each length of the file which messages are in it; it is told of a new length
 * before the file has it. So whenever a run dies, file and list agree, and no file need be read to know what is new.
 */
import type { ListedTicket } from '../mbox/list.js';
import { unquoted } from '../mbox/quoting.js';
import { MboxScan, NoMbox, type Place } from '../mbox/scan.js';
import type { ReadAt } from '../mbox/window.js';
import { mboxPieces } from '../mbox/write.js';
import { splitMessage } from '../message/header/header-block.js';
import { identityOf } from '../message/header/identity.js';
import { EXIT, Problem } from '../problem/problem.js';
import type { Desk } from '../worker/workplace/desk.js';
import { fetchMessages } from './fetch.js';
import { inItsPlace } from './its-place.js';
import { listedOf, NOTHING_PUT, type Put, type Putting } from './put.js';
import { copyInto, type Filling, lookAtPath, openFile, removeFile, writeWhole } from './safe-file.js';
import type { Target } from './target.js';
import type { LyingMessage } from './what.js';

export async function putMbox(desk: Desk, target: Target, putting: Putting): Promise<Put> {
  const { ticket, isElsewhere } = putting;
  const { number } = ticket.entry;
  const { path, size, moved } = await inItsPlace(target, ticket, { kind: 'file', wrong: changedFile });
  const held = heldBy(target.listed(number), size);
  const lying = new Set(ticket.messages.map(({ identity }) => identity));
  if (held === null) {
    const before = target.listed(number).at(-1)?.messages ?? (await identitiesIn(path, size));
    if (!before.every((identity) => lying.has(identity))) throw changedFile(path);
  }
  const there = held ?? [];
  const kept = there.filter((identity) => lying.has(identity) || !isElsewhere(identity));
  const known = new Set(kept);
  const added = ticket.messages.filter(({ identity }) => !known.has(identity));
  const messages = [...kept, ...added.map(({ identity }) => identity)];
  const listed = listedOf(ticket, messages);
  if (added.length === 0 && held !== null && kept.length === there.length) {
    await target.note({ ...listed, bytes: size });
    return { ...NOTHING_PUT, moved };
  }
  if (messages.length === 0) {
    await target.note({ ...listed, bytes: 0 });
    await removeFile(path);
  } else {
    await writeWhole(path, {
      fill: fillFrom(desk, { path, size, there, known, added }),
      ready: (bytes) => target.note({ ...listed, bytes }),
    });
  }
  return { added: added.length, removed: there.length - kept.length, moved };
}

/** Which messages a file of this size holds, in its order; null where nobody has listed it so. */
function heldBy(listed: readonly ListedTicket[], size: number): readonly string[] | null {
  if (size === 0) return [];
  return listed.findLast(({ bytes }) => bytes === size)?.messages ?? null;
}

interface Filled {
  readonly path: string;
  readonly size: number;
  readonly there: readonly string[];
  readonly known: ReadonlySet<string>;
  readonly added: readonly LyingMessage[];
}

function fillFrom(desk: Desk, { path, size, there, known, added }: Filled): Filling['fill'] {
  return async (write) => {
    if (there.length > 0 && there.every((identity) => known.has(identity)))
      await copyInto(write, path, { start: 0, end: size });
    else if (known.size > 0)
      for (const part of await partsOf(path, size, (index) => known.has(there[index] ?? '')))
        await copyInto(write, path, part);
    for await (const { message, raw } of fetchMessages(desk, added))
      for (const piece of mboxPieces({ ...message, raw })) await write(piece);
  };
}

/** Messages of a file as bytes, each with its line "From ". */
async function partsOf(
  path: string,
  size: number,
  isWanted: (index: number) => boolean,
): Promise<readonly { readonly start: number; readonly end: number }[]> {
  const places = await withPlaces(path, size, (place) => Promise.resolve(place));
  return places.flatMap(({ offset }, index) =>
    isWanted(index) ? [{ start: offset, end: places[index + 1]?.offset ?? size }] : [],
  );
}

/** Of a file that no list tells of: the power may have failed before the list was on the disk. */
function identitiesIn(path: string, size: number): Promise<readonly string[]> {
  return withPlaces(path, size, async ({ start, end }, readAt) => {
    const raw = unquoted(await readAt(start, end - start), 'rd');
    return identityOf(splitMessage(raw).header, raw.length);
  }).catch((error: unknown) => {
    throw error instanceof NoMbox ? changedFile(path) : error;
  });
}

async function withPlaces<T>(
  path: string,
  size: number,
  take: (place: Place, readAt: ReadAt) => Promise<T>,
): Promise<readonly T[]> {
  const file = await openFile(path);
  try {
    const readAt: ReadAt = async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const taken: T[] = [];
    for await (const place of new MboxScan(readAt, { size, dialect: 'rd', exact: true }).places())
      taken.push(await take(place, readAt));
    return taken;
  } finally {
    await file.close();
  }
}

/** The file of a ticket that was merged into another one goes, if all that it holds lies there. */
export async function dropMbox(
  target: Target,
  number: number,
  isThere: (identity: string) => boolean,
): Promise<void> {
  for (const state of ['open', 'archived'] as const) {
    const path = target.pathOf(number, state);
    const found = await lookAtPath(path);
    if (found === null) continue;
    const held = found.kind === 'file' ? heldBy(target.listed(number), found.size) : null;
    if (held === null || !held.every(isThere)) throw changedFile(path);
    await removeFile(path);
  }
  await target.forget(number);
}

function changedFile(path: string): Problem {
  return new Problem(
    'export-changed',
    `${path} is not as the last export left it, and holds what the desk has no more, so it is not written over: move it away, or export into another folder`,
    { exitCode: EXIT.usage },
  );
}
