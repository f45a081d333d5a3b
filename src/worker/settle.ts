/**
 * Held mail whose cause is no longer pending: a worker died between moving the cause and releasing its mail. It is
 * released if the cause lies where its decision puts it, else dropped, because no mail goes out for work that did
 * not happen.
 */
import type { Desk } from './desk.js';
import { findInArchive } from './archive.js';
import type { OutboxCopy, Survey } from './survey.js';

/** The names that causes have that are no messages. */
export function requestCause(id: string): string {
  return `request:${id}`;
}

export const ADOPTION_CAUSE = 'adoption';

export async function settleHeld(
  desk: Desk,
  survey: Survey,
  causes: { readonly pending: ReadonlySet<string> },
): Promise<void> {
  const held = survey.outbox.filter(({ held: isHeld, stage }) => isHeld && stage !== null && !causes.pending.has(stage.cause));
  if (held.length === 0) return;
  const open = await desk.cache.readAll(desk.store, desk.folders.open);
  const inOpen = new Set(open.map(({ facts }) => facts.identity));
  const release: number[] = [];
  const drop: number[] = [];
  for (const copy of held) {
    const done = inOpen.has(copy.stage?.cause ?? '') || (await isDone(desk, survey, copy));
    (done ? release : drop).push(copy.uid);
  }
  const { store, folders } = desk;
  if (release.length > 0) await store.setFlags(folders.outbox, release, { remove: ['\\Flagged'] });
  if (drop.length === 0) return;
  desk.log.warn({ count: drop.length }, 'held mail is dropped: what it was written for has gone from the inbox');
  await store.remove(folders.outbox, drop);
}

async function isDone(desk: Desk, survey: Survey, copy: OutboxCopy): Promise<boolean> {
  const { stage } = copy;
  if (stage === null) return false;
  if (stage.cause === ADOPTION_CAUSE) return survey.adoption !== null;
  // An open request is pending, so one that comes here has been carried out.
  if (stage.cause.startsWith('request:')) return true;
  const inReview = await desk.cache.readAll(desk.store, desk.folders.review);
  if (inReview.some(({ facts }) => facts.identity === stage.cause)) return true;
  const hinted = survey.hints.some(({ moved }) => moved.some(({ identity }) => identity === stage.cause));
  if (hinted || stage.causeId === null) return hinted;
  return (await findInArchive(desk, [stage.causeId])).some(({ facts }) => facts.identity === stage.cause);
}
