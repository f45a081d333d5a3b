/**
 * Reads what letters need of their causes' bodies: for notices the beginning of the text part, a command for each
 * place in which such parts stand; for relays the whole message.
 */

import type { Letter, Occasion } from '../desk/letters.js';
import type { Reading } from '../desk/write.js';
import { listAttachments } from '../message/attachments.js';
import { readPart } from '../message/excerpt.js';
import { chooseTextPart } from '../message/message-parts.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';
import { type ReadText, readWords } from './read-words.js';

/** As transferred; enough for a long letter even in base64. */
const MAX_EXCERPT_BYTES = 32_768;

export const NOTHING_READ: Reading = { excerpt: '', left: null, cut: false, attachments: [], source: null };

export async function readBodies(
  desk: Desk,
  wanted: readonly {
    readonly pending: Pending;
    readonly occasion: Occasion;
    readonly letters: readonly Letter[];
  }[],
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
  const texts = new Map<number, ReadText>();
  for (const [path, group] of byPath) await readGroup(desk, { folder, path, group, texts });
  for (const [uid, { text, left }] of await readWords(desk, noticed, texts)) {
    const cut = texts.get(uid)?.cut === true;
    readings.set(uid, { ...(readings.get(uid) ?? NOTHING_READ), excerpt: text, left, cut });
  }
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
  wanted: { folder: string; path: string; group: readonly Pending[]; texts: Map<number, ReadText> },
): Promise<void> {
  const { folder, path, group, texts } = wanted;
  const uids = group.map(({ uid }) => uid);
  const parts = await desk.store.fetchPart(folder, uids, { path, maxBytes: MAX_EXCERPT_BYTES });
  for (const { uid, structure } of group) {
    const part = chooseTextPart(structure);
    const bytes = parts.get(uid);
    if (part === null || bytes === undefined) continue;
    texts.set(uid, { text: await readPart(part, bytes), cut: part.size > MAX_EXCERPT_BYTES });
  }
}
