/** What becomes of a copy in the outbox once its letter was sent, or goes to Review. */
import { keptInTicket, type Stage } from '../desk/staging.js';
import { type ArchiveView, appendHint } from './archive.js';
import type { Desk } from './desk.js';
import { type OutboxCopy, type Survey, stateOf } from './survey.js';

export interface Done {
  readonly copy: OutboxCopy & { readonly stage: Stage };
  /** `unsigned`: it was never sent, since nobody knows who wrote it. */
  readonly outcome: 'sent' | 'filed' | 'taken' | 'unsigned';
}

/** A copy that belongs to its ticket moves to where that is by now; every other one stays, marked `\Answered`. */
export async function putAway(
  desk: Desk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Done[] },
): Promise<void> {
  const { store, folders } = desk;
  const stay: number[] = [];
  const byFolder = new Map<string, Done[]>();
  for (const one of done.group) {
    const folder = restingPlace(desk, survey, one);
    if (folder === null) stay.push(one.copy.uid);
    else byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
  }
  if (stay.length > 0) await store.setFlags(folders.outbox, stay, { add: ['\\Answered'] });
  for (const [folder, group] of byFolder) {
    const moved = await store.move(
      folders.outbox,
      group.map(({ copy }) => copy.uid),
      folder,
    );
    if (folder === folders.archived) await hintMoved(desk, survey, { archive: done.archive, group, moved });
  }
}

/** null where the copy stays in the outbox. */
function restingPlace(desk: Desk, survey: Survey, { copy: { stage }, outcome }: Done): string | null {
  if (outcome === 'unsigned') return desk.folders.review;
  if (!keptInTicket(stage) || stage.ticket === null) return null;
  const record = survey.records.get(survey.ledger.endOf(stage.ticket));
  return record !== undefined && stateOf(record) === 'open' ? desk.folders.open : desk.folders.archived;
}

async function hintMoved(
  desk: Desk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Done[]; moved: ReadonlyMap<number, number | null> },
): Promise<void> {
  const { archive, group, moved } = done;
  const endOf = ({ copy: { stage } }: Done): number | null =>
    stage.ticket === null ? null : survey.ledger.endOf(stage.ticket);
  for (const ticket of new Set(group.flatMap((one) => endOf(one) ?? []))) {
    const uids = group
      .filter((one) => endOf(one) === ticket && moved.has(one.copy.uid))
      .map(({ copy }) => moved.get(copy.uid) ?? null);
    const known = uids.filter((uid): uid is number => uid !== null);
    const filed = await desk.cache.read(desk.store, desk.folders.archived, known);
    const messages = filed.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
    const complete = messages.length === uids.length;
    await appendHint(desk, survey, { archive, ticket, moved: messages, complete });
  }
}
