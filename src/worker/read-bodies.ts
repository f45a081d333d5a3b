/** Reads what letters need of their causes' bodies: for notices the first words, for relays the whole message. */

import type { Letter, Occasion } from '../desk/letters.js';
import type { Reading } from '../desk/write.js';
import { listAttachments } from '../message/attachments.js';
import { readPart } from '../message/excerpt.js';
import { chooseTextPart } from '../message/message-parts.js';
import { excerpt } from '../message/excerpt.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';
import { type ReadText, readWords } from './read-words.js';
import { readStoredWords } from './stored-words.js';

/** As transferred; enough for a long letter even in base64. */
const MAX_EXCERPT_BYTES = 32_768;
/**
 * As transferred: the first is enough for a long letter even in base64. The others are for words that stand behind a
 * style sheet or a picture, and for what must be opened first.
 */
const STEPS_BYTES = [32_768, 524_288, 4_194_304];
const MAX_EXCERPT_CHARACTERS = 4_000;
const MAX_EXCERPT_LINES = 60;
const LIMITS = { steps: STEPS_BYTES, enough: MAX_EXCERPT_CHARACTERS };

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
  // Of a reaction the notice has words of its own.
  const messages = noticed.map(({ pending }) => pending).filter(({ facts }) => facts.reaction === null);
  const words = await readStoredWords(desk.store, folder, { messages, limits: LIMITS });
  const readings = new Map<number, Reading>();
  for (const [uid, { text, attachments, notes }] of words) {
    const first = excerpt(text, MAX_EXCERPT_CHARACTERS, MAX_EXCERPT_LINES);
    readings.set(uid, { ...NOTHING_READ, excerpt: first, attachments, notes });
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

interface Asking {
  readonly uid: number;
  readonly reader: ReturnType<typeof readWords>;
  readonly request: PartRequest;
}

/** Of each message by its UID. Those that ask for the same part are answered by one command. */
async function readAllWords(
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
  messages: readonly Pick<Pending, 'uid' | 'structure'>[],
  folder: string,
): Promise<ReadonlyMap<number, Words>> {
  const words = new Map<number, Words>();
  let asking: Asking[] = [];
  const goOn = async ({ uid, reader }: Pick<Asking, 'uid' | 'reader'>, bytes: Buffer): Promise<void> => {
    const step = await reader.next(bytes);
    if (step.done === true) words.set(uid, step.value);
    else asking.push({ uid, reader, request: step.value });
  };
  for (const { uid, structure } of messages)
    await goOn({ uid, reader: readWords(structure, LIMITS) }, Buffer.alloc(0));
  for (let [first] = asking; first !== undefined; [first] = asking) {
    const { path, maxBytes } = first.request;
    const isSame = ({ request }: Asking): boolean => request.path === path && request.maxBytes === maxBytes;
    const group = asking.filter(isSame).slice(0, Math.ceil(MAX_BYTES_AT_ONCE / maxBytes));
    asking = asking.filter((one) => !group.includes(one));
    const uids = group.map(({ uid }) => uid);
    const parts = await desk.store.fetchPart(folder, uids, { path, maxBytes });
    for (const one of group) await goOn(one, parts.get(one.uid) ?? Buffer.alloc(0));
  }
  return words;
}
