/** A ticket as a Maildir: a file for each message, whose name says which it is. So the folder itself says what is new. */
import { join } from 'node:path';
import { identityIn, nameWith, readMaildirName, uniqueName } from '../mbox/maildir.js';
import { EXIT, Problem } from '../problem/problem.js';
import type { Desk } from '../worker/workplace/desk.js';
import { fetchMessages } from './fetch.js';
import { inItsPlace } from './its-place.js';
import { listedOf, type Put, type Putting } from './put.js';
import {
  clearUnfinished,
  lookAtPath,
  makeFolder,
  namesIn,
  removeFile,
  removeFolder,
  writeWhole,
} from './safe-file.js';
import type { Target } from './target.js';
import type { LyingMessage } from './what.js';

const PLACES = ['cur', 'new'] as const;

export async function putMaildir(desk: Desk, target: Target, putting: Putting): Promise<Put> {
  const { ticket, isElsewhere } = putting;
  const { path, moved } = await inItsPlace(target, ticket, { kind: 'folder', wrong: noMaildir });
  const there = await heldBy(path);
  const lying = new Set(ticket.messages.map(({ identity }) => identity));
  const gone = [...there].filter(([identity]) => !lying.has(identity) && isElsewhere(identity));
  const added = ticket.messages.filter(({ identity }) => !there.has(identity));
  if (added.length > 0) await writeMessages(desk, path, added);
  for (const [, file] of gone) await removeFile(file);
  const kept = [...there.keys()].filter((identity) => lying.has(identity) || !isElsewhere(identity));
  await target.note(listedOf(ticket, [...kept, ...added.map(({ identity }) => identity)]));
  return { added: added.length, removed: gone.length, moved };
}

function noMaildir(path: string): Problem {
  return new Problem('export-changed', `${path} is no Maildir: move it away, or export into another folder`, {
    exitCode: EXIT.usage,
  });
}

/** Our files by identity. What others have put there stays. */
async function heldBy(path: string): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  for (const place of PLACES) {
    for (const name of await namesIn(join(path, place))) {
      const identity = identityIn(name);
      if (identity !== null) held.set(identity, join(path, place, name));
    }
  }
  return held;
}

async function writeMessages(desk: Desk, path: string, added: readonly LyingMessage[]): Promise<void> {
  for (const place of [...PLACES, 'tmp']) await makeFolder(join(path, place));
  await clearUnfinished(join(path, 'tmp'));
  const flags = await flagsOf(desk, added);
  for await (const { message, raw } of fetchMessages(desk, added)) {
    const name = nameWith(uniqueName(message), flags.get(message.identity) ?? []);
    await writeWhole(join(path, 'cur', name), {
      fill: (write) => write(raw),
      aside: join(path, 'tmp'),
      changedAt: readMaildirName(name).at ?? message.receivedAt,
    });
  }
}

async function flagsOf(
  desk: Desk,
  messages: readonly LyingMessage[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const flags = new Map<string, ReadonlySet<string>>();
  for (const folder of ['open', 'archived'] as const) {
    const own = messages.filter((message) => message.folder === folder);
    if (own.length === 0) continue;
    const found = await desk.store.flags(
      desk.folders[folder],
      own.map(({ uid }) => uid),
    );
    for (const { uid, identity } of own) flags.set(identity, found.get(uid) ?? new Set());
  }
  return flags;
}

/** The folder of a ticket that was merged into another one goes, if all that it holds lies there. */
export async function dropMaildir(
  target: Target,
  number: number,
  isThere: (identity: string) => boolean,
): Promise<void> {
  for (const state of ['open', 'archived'] as const) {
    const path = target.pathOf(number, state);
    if ((await lookAtPath(path)) === null) continue;
    for (const [identity, file] of await heldBy(path)) if (isThere(identity)) await removeFile(file);
    await removeFolder(path);
  }
  await target.forget(number);
}
