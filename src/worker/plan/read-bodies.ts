/** Reads what letters need of their causes' bodies: for notices the first words, for relays the whole message. */
import type { Letter, Occasion } from '../../desk/letters/letters.js';
import type { Reading } from '../../desk/letters/reading.js';
import { rowOf } from '../../desk/letters/staging.js';
import { staffMemberOf } from '../../desk/sign/ticket-address.js';
import { readLast } from '../../mailbox/together.js';
import type { Words } from '../../message/body/words.js';
import { readStoredWords } from '../sight/asked-parts.js';
import { reasonToGiveUp } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { isUnreadable } from '../workplace/unreadable.js';
import { noticeWords } from './notice-words.js';

/**
 * As transferred: the first is enough for a long letter even in base64. The others are for words that stand behind a
 * style sheet or a picture, and for what must be opened first.
 */
const STEPS_BYTES = [32_768, 524_288, 4_194_304];
const LIMITS = { steps: STEPS_BYTES, enough: 4_000 };

/** Where more has come, a round trip counts for little, and memory for more. */
const FEW = 10;

/** As read so far, by UID. */
export type WordsRead = ReadonlyMap<number, Words>;

export const NO_WORDS: WordsRead = new Map();

/**
 * The words of new mail, read while it is decided: as a rule somebody of staff is told of it. Of the automatic mail nobody may be, and
 * of staff it is read whole. Whatever fails is read, or fails, when it is needed.
 */
export async function foreseeWords(
  { store, folders, policy }: Desk,
  survey: Survey,
  batch: readonly Pending[],
): Promise<WordsRead> {
  if (batch.length > FEW || policy.staff.length === 0) return NO_WORDS;
  const messages = batch.filter(
    ({ facts, quiet }) =>
      !quiet &&
      facts.automatic === null &&
      !isUnreadable(facts.identity) &&
      reasonToGiveUp(survey, { facts }) === null &&
      staffMemberOf(policy, facts.sender.address) === null,
  );
  // The inbox is then selected when the mail leaves it.
  return readLast(() => readStoredWords(store, folders.inbox, { messages, limits: LIMITS })).catch(
    () => new Map(),
  );
}

export const NOTHING_READ: Reading = { excerpt: '', left: null, cut: false, attachments: [], source: null };

export async function readBodies(
  desk: Desk,
  wanted: readonly {
    readonly pending: Pending;
    readonly occasion: Occasion;
    readonly letters: readonly Letter[];
  }[],
  { folder, foreseen }: { readonly folder: string; readonly foreseen: WordsRead },
): Promise<ReadonlyMap<number, Reading>> {
  const noticed = wanted.filter(({ letters }) => letters.some((letter) => rowOf(letter).reads === 'words'));
  // Of a reaction the notice has words of its own.
  const messages = noticed.map(({ pending }) => pending).filter(({ facts }) => facts.reaction === null);
  const unread = messages.filter(({ uid }) => !foreseen.has(uid));
  const read = await readStoredWords(desk.store, folder, { messages: unread, limits: LIMITS });
  const words = new Map(read);
  for (const { uid } of messages) {
    const known = foreseen.get(uid);
    if (known !== undefined) words.set(uid, known);
  }
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
