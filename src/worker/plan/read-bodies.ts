/** Reads what letters need of their causes' bodies: for notices the first words, for relays the whole message. */
import type { Letter, Occasion } from '../../desk/letters/letters.js';
import type { Reading } from '../../desk/letters/reading.js';
import { rowOf } from '../../desk/letters/staging.js';
import { readStoredWords } from '../sight/asked-parts.js';
import type { Pending } from '../sight/pending.js';
import type { Desk } from '../workplace/desk.js';
import { noticeWords } from './notice-words.js';

/**
 * As transferred: the first is enough for a long letter even in base64. The others are for words that stand behind a
 * style sheet or a picture, and for what must be opened first.
 */
const STEPS_BYTES = [32_768, 524_288, 4_194_304];
const LIMITS = { steps: STEPS_BYTES, enough: 4_000 };

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
  const noticed = wanted.filter(({ letters }) => letters.some((letter) => rowOf(letter).reads === 'words'));
  // Of a reaction the notice has words of its own.
  const messages = noticed.map(({ pending }) => pending).filter(({ facts }) => facts.reaction === null);
  const words = await readStoredWords(desk.store, folder, { messages, limits: LIMITS });
  const shown = await noticeWords(desk, noticed, words);
  const readings = new Map<number, Reading>();
  for (const [uid, { attachments, notes, cut }] of words) {
    const { text = '', left = null } = shown.get(uid) ?? {};
    readings.set(uid, { ...NOTHING_READ, excerpt: text, left, cut, attachments, notes });
  }
  for (const { pending, letters } of wanted) {
    if (!letters.some((letter) => rowOf(letter).reads === 'whole')) continue;
    const { uid } = pending;
    const source = (await desk.store.fetchSource(folder, [uid])).get(uid) ?? null;
    readings.set(uid, { ...(readings.get(uid) ?? NOTHING_READ), source });
  }
  return readings;
}
