/**
 * Messages that the server said it had moved, and that are still in the inbox beside their copies. Moved again, each would
 * only be there once more; so an entry of the register says so, they are left out of the filing, and each pass tries once
 * to take the original away. They have been filed all the same, and their mail goes out.
 */
import { NotMoved } from '../../mailbox/not-moved.js';
import type { Facts } from '../../message/facts/facts.js';
import { findInArchive } from '../sight/archive.js';
import { appendAttempt, closeAttempts, failuresOf } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

const PREFIX = 'stuck:';
const WHY = 'the mail server said that it had moved it, and it is still in the inbox';

/** To be called for the messages of an inbox that a NotMoved names. */
export async function noteStuck(desk: Desk, survey: Survey, stuck: readonly Pending[]): Promise<void> {
  for (const { facts } of stuck) {
    if (isStuck(survey, facts)) continue;
    const identity = `${PREFIX}${facts.identity}`;
    await appendAttempt(desk, survey, { identity, messageId: facts.messageId, why: WHY });
  }
}

export function isStuck(survey: Survey, { identity }: Pick<Facts, 'identity'>): boolean {
  return failuresOf(survey, { identity: `${PREFIX}${identity}` }).length > 0;
}

/** Takes away what it can; answers what is to be filed, and what keeps the rest. */
export async function freeStuck(
  desk: Desk,
  survey: Survey,
  pending: readonly Pending[],
): Promise<{ readonly pending: readonly Pending[]; readonly stuck: NotMoved | null }> {
  const stuck = pending.filter(({ facts }) => isStuck(survey, facts));
  const left: number[] = [];
  for (const one of stuck) if (!(await takeAway(desk, survey, one))) left.push(one.uid);
  const here = new Set(pending.map(({ facts }) => `${PREFIX}${facts.identity}`));
  await closeAttempts(desk, survey, (identity) => identity.startsWith(PREFIX) && !here.has(identity));
  return {
    pending: pending.filter((one) => !stuck.includes(one)),
    stuck: left.length === 0 ? null : new NotMoved('move messages from the inbox', left),
  };
}

/** Answers whether the original has gone; it stays where its copy is not to be found, or differs. */
async function takeAway(desk: Desk, survey: Survey, { uid, facts }: Pending): Promise<boolean> {
  const { store, folders } = desk;
  const copy = await findCopy(desk, survey, facts);
  if (copy === null) return false;
  const bytes = (await store.fetchSource(folders.inbox, [uid])).get(uid);
  const other = (await store.fetchSource(copy.folder, [copy.uid])).get(copy.uid);
  if (bytes === undefined || other === undefined || !bytes.equals(other)) return false;
  await store.remove(folders.inbox, [uid]);
  return (await store.search(folders.inbox, { uids: [uid] })).length === 0;
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
