/**
 * Puts letters into the outbox. A letter's Message-ID is derived from its cause, purpose and recipient, so what an
 * earlier run has put there is found, and put there no second time.
 *
 * Once its cause has moved, nothing would tell of a letter that is missing. But no look is needed to know that it is there:
 * the store answers the UIDs that the server told for the messages or that a search has found (`store.ts`), and throws
 * where it got neither. Another worker, who might take one away as void, has staged the same letter at a lower UID.
 */
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import type { Letters, Release } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** The UIDs in the outbox of what each cause has staged, by the cause's identity. */
export type StagedByCause = ReadonlyMap<string, readonly number[]>;

export const NOTHING_STAGED: StagedByCause = new Map();

export async function stageLetters(
  desk: WorkingDesk,
  survey: Survey,
  letters: Letters | undefined,
): Promise<StagedByCause> {
  if (letters === undefined || letters.composed.length === 0) return NOTHING_STAGED;
  const isHeld = letters.release !== 'unheld';
  const known = lyingThere(survey, isHeld);
  // What its ticket holds was sent: a person has put what caused it back into the inbox.
  const wanted = letters.composed.filter(
    ({ messageId }) => survey.ledger.ticketsHolding(messageId).length === 0,
  );
  const fresh = new Map(wanted.map((letter) => [letter.messageId, letter]));
  for (const id of known.keys()) fresh.delete(id);
  const uids = await append(desk, [...fresh.values()], isHeld);
  for (const [index, id] of [...fresh.keys()].entries()) known.set(id, uids[index] ?? 0);
  const staged = new Map<string, number[]>();
  for (const { messageId, stage: about } of wanted)
    staged.set(about.cause, [...(staged.get(about.cause) ?? []), known.get(messageId) ?? 0]);
  return staged;
}

/** What is sent already, or waits for it, is no letter that could still be held. */
function lyingThere({ outbox }: Survey, isHeld: boolean): Map<string, number> {
  const copies = outbox.filter(({ held }) => held || !isHeld);
  return new Map(copies.map(({ messageId, uid }) => [messageId ?? '', uid]));
}

/** Each is put together when its turn comes: letters of one body share it until then. */
async function append(
  desk: WorkingDesk,
  letters: readonly ComposedLetter[],
  isHeld: boolean,
): Promise<readonly number[]> {
  if (letters.length === 0) return [];
  const flags = ['\\Seen', ...(isHeld ? ['\\Flagged'] : [])];
  const messages = letters.map((letter) => ({
    flags,
    get raw() {
      return letter.raw;
    },
  }));
  return await desk.store.append(desk.folders.outbox, messages);
}

export async function takeBack({ store, folders }: WorkingDesk, staged: StagedByCause): Promise<void> {
  await store.remove(folders.outbox, [...staged.values()].flat());
}

/** Releases letters as `when` says, and takes back what was staged for causes that were gone. */
export async function release(
  { store, folders }: WorkingDesk,
  staged: StagedByCause,
  { when, gone }: { readonly when: Release; readonly gone: ReadonlySet<string> },
): Promise<void> {
  if (when === 'later' || when === 'unheld') return;
  const free: number[] = [];
  const back: number[] = [];
  for (const [cause, uids] of staged) (when === 'done' || gone.has(cause) ? free : back).push(...uids);
  await store.remove(folders.outbox, back);
  await store.setFlags(folders.outbox, free, { remove: ['\\Flagged'] });
}
