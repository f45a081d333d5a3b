/**
 * Puts letters into the outbox. A letter's Message-ID is derived from its cause, purpose and recipient, so what an
 * earlier run has put there is found, and put there no second time.
 */
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import type { Letters, Release } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { notThere } from './numbers.js';

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
  const uids = await desk.store.append(desk.folders.outbox, messages);
  await makeSure(desk, uids, isHeld);
  return uids;
}

/**
 * Once its cause has moved, nothing would tell of a letter that is missing. One that was not held, and has gone since it
 * was stored, is with another worker, who has sent it.
 */
async function makeSure(
  { store, folders }: WorkingDesk,
  uids: readonly number[],
  isHeld: boolean,
): Promise<void> {
  if (uids.length === 0) return;
  const there = new Set(await store.search(folders.outbox, { uids }));
  const lacking = uids.filter((uid) => !there.has(uid));
  if (lacking.length === 0) return;
  const { uidNext } = await store.state(folders.outbox);
  if (!isHeld && lacking.every((uid) => uid < uidNext)) return;
  throw notThere(folders.outbox, { lacking, uidNext });
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
