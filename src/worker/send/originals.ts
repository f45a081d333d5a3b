/**
 * The messages that letters pass on, read out of their tickets when the letters are got ready: for all letters of a batch at
 * once, wherever the tickets lie by now. What cannot be read is not gone.
 */
import type { Query } from '../../mailbox/store.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { refusesWithoutReason } from '../workplace/unreadable.js';
import type { LetterText } from './unread-letters.js';

/** A message as its ticket holds it; `gone` if no ticket does. */
export type OriginalText = Buffer | 'unread' | 'gone';

/** A letter that may be handed over. */
export interface ReadyLetter {
  /** It was taken in an earlier pass. */
  readonly isTaken: boolean;
  /** Only of what is to be sent. */
  readonly text: LetterText | undefined;
  /** What it passes on, where it does not hold that itself. */
  readonly original: OriginalText | undefined;
}

/** By identity. */
export async function readOriginals(
  desk: Desk,
  letters: readonly Letter[],
): Promise<ReadonlyMap<string, OriginalText>> {
  const { store, cache, folders } = desk;
  const missing = new Map<string, Letter>();
  for (const letter of letters)
    if (letter.stage.original !== undefined) missing.set(letter.stage.cause, letter);
  const found = new Map<string, OriginalText>();
  const take = async (folder: string, lying: readonly FiledMessage[]): Promise<void> => {
    for (const [cause, text] of await readThere(desk, folder, { lying, wanted: missing })) {
      found.set(cause, text);
      missing.delete(cause);
    }
  };
  for (const folder of [folders.open, folders.archived]) {
    if (missing.size === 0) return found;
    const or = [...missing.values()].map(bearing);
    await take(folder, await cache.read(store, folder, await store.search(folder, { or })));
  }
  // A search may not know yet what was moved there just now; most of what lies in Open is known.
  if (missing.size > 0) await take(folders.open, await cache.readAll(store, folders.open));
  const isUnsure = cache.hasUnreadable(folders.open) || cache.hasUnreadable(folders.archived);
  for (const cause of missing.keys()) found.set(cause, isUnsure ? 'unread' : 'gone');
  return found;
}

async function readThere(
  { store }: Desk,
  folder: string,
  about: { readonly lying: readonly FiledMessage[]; readonly wanted: ReadonlyMap<string, Letter> },
): Promise<ReadonlyMap<string, OriginalText>> {
  const places = new Map<number, string>();
  for (const { uid, facts } of about.lying)
    if (about.wanted.has(facts.identity)) places.set(uid, facts.identity);
  const texts = new Map<string, OriginalText>();
  try {
    for (const [uid, source] of await store.fetchSource(folder, [...places.keys()]))
      texts.set(places.get(uid) ?? '', source);
  } catch (error) {
    if (!refusesWithoutReason(error)) throw error;
    for (const identity of places.values()) texts.set(identity, 'unread');
  }
  return texts;
}

/** What has no Message-ID is searched for by its size. */
function bearing({ stage: { causeId, original } }: Letter): Query {
  return causeId === null ? { size: original?.size ?? 0 } : { header: 'Message-ID', contains: causeId };
}
