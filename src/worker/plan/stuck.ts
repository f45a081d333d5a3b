/**
 * Pending mail that is left where it is for now, since the server cannot move it, or cannot read it.
 *
 * Messages that the server said it had moved, and that are still in the inbox beside their copies. Moved again, each would
 * only be there once more; so an entry of the register says so, they are left out of the filing, and each pass tries once
 * to take the original away. They have been filed all the same, and their mail goes out.
 */
import type { Facts } from '../../message/facts/facts.js';
import { doneWith, type Effects } from '../effects/effects.js';
import { findInArchive } from '../sight/archive.js';
import {
  attemptEntry,
  attemptsOver,
  failedOnce,
  failuresOf,
  MAX_ATTEMPTS,
  waitsForReading,
} from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Awaited } from '../sight/pending-mail.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { CANNOT_BE_READ, isUnreadable } from '../workplace/unreadable.js';

const PREFIX = 'stuck:';
const WHY = 'the mail server said that it had moved it, and it is still in the inbox';

/** For the messages of an inbox that a NotMoved names. */
export function stuckEntries(desk: Desk, survey: Survey, stuck: readonly Pending[]): Effects {
  const entries = stuck
    .filter(({ facts }) => !isStuck(survey, facts))
    .map(({ facts: { identity, messageId } }) =>
      attemptEntry(desk, { identity: `${PREFIX}${identity}`, messageId, why: WHY }),
    );
  return { entries };
}

export function isStuck(survey: Survey, { identity }: Pick<Facts, 'identity'>): boolean {
  return failuresOf(survey, { identity: `${PREFIX}${identity}` }).length > 0;
}

/**
 * Takes away the originals that have a copy of the same bytes in a folder of the desk; the others stay. Each is carried out
 * before the next one is read: what was compared last is what is taken away.
 */
export async function* planStuck(
  desk: Desk,
  survey: Survey,
  stuck: readonly Pending[],
): AsyncGenerator<Effects, void> {
  const folder = desk.folders.inbox;
  for (const one of stuck)
    if (await hasCopy(desk, survey, one)) yield { removed: [{ folder, uids: [one.uid] }] };
}

/** The notes on what has left the inbox, stuck or unreadable. What can be read now is known by its own identity, and begins anew. */
export async function planOver(survey: Survey, pending: Awaited): Promise<Effects> {
  const noted = attemptsOver(survey, (name) => name.startsWith(PREFIX) || isUnreadable(name));
  if (noted.length === 0) return {};
  const here = await pending.identities();
  const isHere = (name: string): boolean =>
    here.has(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name);
  return { done: doneWith(noted.filter(({ identity }) => !isHere(identity))) };
}

async function hasCopy(desk: Desk, survey: Survey, { uid, facts }: Pending): Promise<boolean> {
  const { store, folders } = desk;
  const copy = await findCopy(desk, survey, facts);
  if (copy === null) return false;
  const bytes = (await store.fetchSource(folders.inbox, [uid])).get(uid);
  const other = (await store.fetchSource(copy.folder, [copy.uid])).get(copy.uid);
  return bytes !== undefined && other !== undefined && bytes.equals(other);
}

async function findCopy(
  desk: Desk,
  survey: Survey,
  facts: Facts,
): Promise<{ readonly folder: string; readonly uid: number } | null> {
  const { store, folders, cache } = desk;
  const inFolder = (folder: string, found: readonly FiledMessage[]) => {
    const copy = found.find((one) => one.facts.identity === facts.identity);
    return copy === undefined ? null : { folder, uid: copy.uid };
  };
  return (
    inFolder(folders.open, survey.open) ??
    inFolder(folders.review, await cache.readAll(store, folders.review)) ??
    inFolder(folders.archived, facts.messageId === null ? [] : await findInArchive(desk, [facts.messageId]))
  );
}

/** An attempt at each message of a window that the server lists and cannot read, until it is given up. */
export function planUnread(
  desk: Desk,
  survey: Survey,
  window: readonly Pending[],
): { readonly readable: readonly Pending[]; readonly effects: Effects } {
  const waiting = new Set(window.filter((one) => waitsForReading(survey, one)));
  for (const { uid } of waiting)
    desk.log.error(
      { uid },
      `the server cannot read a message; after ${MAX_ATTEMPTS} attempts, a minute apart, it goes to review`,
    );
  const entries = [...waiting].flatMap(({ facts }) =>
    failedOnce(desk, survey, { facts, why: CANNOT_BE_READ }),
  );
  return { readable: window.filter((one) => !waiting.has(one)), effects: { entries } };
}
