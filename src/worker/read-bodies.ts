/**
 * Reads what letters need of their causes' bodies: for notices the beginning of the text part, a command for each
 * place in which such parts stand; for relays the whole message.
 */

import type { Letter } from '../desk/letters.js';
import type { Reading } from '../desk/write.js';
import { listAttachments } from '../message/attachments.js';
import { excerpt, readPart } from '../message/excerpt.js';
import { chooseTextPart } from '../message/message-parts.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';

/** As transferred; enough for a long letter even in base64. */
const MAX_EXCERPT_BYTES = 32_768;
const MAX_EXCERPT_CHARACTERS = 4_000;
const MAX_EXCERPT_LINES = 60;

export const NOTHING_READ: Reading = { excerpt: '', attachments: [], source: null };

export async function readBodies(
  desk: Desk,
  wanted: readonly { readonly pending: Pending; readonly letters: readonly Letter[] }[],
  folder: string,
): Promise<ReadonlyMap<number, Reading>> {
  const noticed = wanted.filter(({ letters }) => letters.some(({ purpose }) => purpose === 'notice'));
  const readings = new Map<number, Reading>();
  const byPath = new Map<string, Pending[]>();
  for (const { pending } of noticed) {
    // Of a reaction the notice has words of its own.
    if (pending.facts.reaction !== null) continue;
    const path = chooseTextPart(pending.structure)?.path;
    if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), pending]);
    readings.set(pending.uid, { ...NOTHING_READ, attachments: attachmentsOf(pending) });
  }
  for (const [path, group] of byPath) await readGroup(desk, { folder, path, group, readings });
  for (const { pending, letters } of wanted) {
    if (!letters.some(({ purpose }) => purpose === 'relay')) continue;
    const source = await desk.store.fetchSource(folder, pending.uid);
    readings.set(pending.uid, { ...(readings.get(pending.uid) ?? NOTHING_READ), source });
  }
  return readings;
}

function attachmentsOf({ structure }: Pending): Reading['attachments'] {
  return listAttachments(structure);
}

async function readGroup(
  desk: Desk,
  wanted: { folder: string; path: string; group: readonly Pending[]; readings: Map<number, Reading> },
): Promise<void> {
  const { folder, path, group, readings } = wanted;
  const uids = group.map(({ uid }) => uid);
  const parts = await desk.store.fetchPart(folder, uids, { path, maxBytes: MAX_EXCERPT_BYTES });
  for (const { uid, structure } of group) {
    const part = chooseTextPart(structure);
    const bytes = parts.get(uid);
    if (part === null || bytes === undefined) continue;
    const words = excerpt(await readPart(part, bytes), MAX_EXCERPT_CHARACTERS, MAX_EXCERPT_LINES);
    readings.set(uid, { ...(readings.get(uid) ?? NOTHING_READ), excerpt: words });
  }
}
