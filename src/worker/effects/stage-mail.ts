/**
 * Puts letters into the outbox, held. A letter's Message-ID is derived from its cause, purpose and recipient, so what
 * an earlier run has staged is found, and staged no second time.
 */
import type { LetterFrom } from '../../desk/letters/letters.js';
import type { Matter } from '../../desk/letters/row.js';
import { type Writer, type WrittenLetter, writeLetter } from '../../desk/letters/write.js';
import { appendOne } from '../../mailbox/append-one.js';
import type { Decided } from '../plan/decide-batch.js';
import { NOTHING_READ, readBodies } from '../plan/read-bodies.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { notThere } from './open-tickets.js';

const HELD = ['\\Seen', '\\Flagged'];

/** The UIDs in the outbox of what each cause has staged, by the cause's identity. */
export type Staged = ReadonlyMap<string, readonly number[]>;

/** Writes everything before anything is stored. */
export async function writeLetters(
  desk: Desk,
  decided: readonly Pick<Decided, 'pending' | 'occasion' | 'letters'>[],
  from = desk.folders.inbox,
): Promise<readonly WrittenLetter[]> {
  const readings = await readBodies(desk, decided, from);
  const writer = writerOf(desk);
  return decided.flatMap(({ pending, occasion, letters }) => {
    const reading = readings.get(pending.uid) ?? NOTHING_READ;
    return letters.map((letter) => writeLetter(writer, occasion, { letter, reading }));
  });
}

/** A letter that needs no more of its cause than its name and ids. */
export function writeUnread(desk: Desk, matter: Matter, letter: LetterFrom<Matter>): WrittenLetter {
  return writeLetter(writerOf(desk), matter, { letter, reading: NOTHING_READ });
}

function writerOf({ policy, folders, now }: Desk): Writer {
  const { review, open, archived } = folders;
  return { policy, now: now(), folders: { review, open, archived } };
}

export async function stage(desk: Desk, survey: Survey, letters: readonly WrittenLetter[]): Promise<Staged> {
  const staged = new Map<string, number[]>();
  const appended: number[] = [];
  const known = new Map<string, number>();
  for (const { messageId, uid, held } of survey.outbox)
    if (messageId !== null && held) known.set(messageId, uid);
  for (const letter of letters) {
    // Its ticket holds it, so it was sent: a person has put what caused it back into the inbox.
    if (survey.ledger.ticketsHolding(letter.messageId).length > 0) continue;
    let uid = known.get(letter.messageId);
    if (uid === undefined) {
      uid = await appendOne(desk.store, desk.folders.outbox, { raw: letter.raw, flags: HELD });
      appended.push(uid);
    }
    known.set(letter.messageId, uid);
    const uids = staged.get(letter.stage.cause) ?? [];
    staged.set(letter.stage.cause, [...uids, uid]);
  }
  await makeSure(desk, appended);
  return staged;
}

/** Once its cause has moved, nothing would tell of a letter that is missing. */
async function makeSure({ store, folders }: Desk, uids: readonly number[]): Promise<void> {
  if (uids.length === 0) return;
  const there = new Set(await store.search(folders.outbox, { uids }));
  const lacking = uids.filter((uid) => !there.has(uid));
  if (lacking.length === 0) return;
  const { uidNext } = await store.state(folders.outbox);
  throw notThere(folders.outbox, { lacking, uidNext });
}

/** Releases what was staged for causes that were moved, and takes back what was staged for those that were gone. */
export async function release(desk: Desk, staged: Staged, moved: ReadonlySet<string>): Promise<void> {
  const { store, folders } = desk;
  const free: number[] = [];
  const back: number[] = [];
  for (const [cause, uids] of staged) (moved.has(cause) ? free : back).push(...uids);
  if (back.length > 0) await store.remove(folders.outbox, back);
  if (free.length > 0) await store.setFlags(folders.outbox, free, { remove: ['\\Flagged'] });
}
