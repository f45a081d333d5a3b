/**
 * What becomes of a copy in the outbox whose letter is sent, step by step, so that nothing is sent that could not be
 * marked, and nothing twice for a mark that was refused:
 *
 * 1. Before it is sent it is marked `\Draft`, under way. Where that is refused, nothing is sent.
 * 2. Once the server has taken it, one STORE marks it `\Answered`. What could not be marked so is remembered otherwise
 *    (`taken.ts`).
 * 3. A copy that belongs to its ticket keeps `\Draft` beside `\Answered` and moves to where the ticket is by now. One
 *    that is left in the outbox with both was sent, and a later pass moves it.
 * 4. There both flags go: they say nothing about a message in a ticket.
 */

import { keptInTicket, type Stage } from '../../desk/letters/staging.js';
import type { Query } from '../../mailbox/store.js';
import { Problem } from '../../problem/problem.js';
import { type ArchiveView, appendHint } from '../sight/archive.js';
import { type Survey, stateOf } from '../sight/survey.js';
import { ClaimedElsewhere, LookAgain } from '../workplace/claim.js';
import type { Desk } from '../workplace/desk.js';
import { type OutboxCopy, outboxCopyOf } from '../workplace/outbox-copy.js';
import { rememberTaken } from './taken.js';

export interface Done {
  readonly copy: OutboxCopy & { readonly stage: Stage };
  /**
   * `taken`: by an earlier pass, and not marked. `left`: marked, and not moved. `filed`: for nobody but the ticket.
   * `unsigned`: it was never sent, since nobody knows who wrote it.
   */
  readonly outcome: 'sent' | 'taken' | 'left' | 'filed' | 'unsigned';
}

const UNDER_WAY = '\\Draft';
const SENT_AND_UNDER_WAY: Query = {
  and: [
    { flag: '\\Answered', set: true },
    { flag: UNDER_WAY, set: true },
  ],
};

/** Step 1. */
export async function markUnderWay({ store, folders }: Desk, copies: readonly OutboxCopy[]): Promise<void> {
  const uids = copies.map(({ uid }) => uid);
  await store.setFlags(folders.outbox, uids, { add: [UNDER_WAY] });
}

/** Not under way after all: they wait for a later pass, or go to Review. */
export async function unmark({ store, folders }: Desk, uids: readonly number[]): Promise<void> {
  if (uids.length > 0) await store.setFlags(folders.outbox, uids, { remove: [UNDER_WAY] });
}

/** Step 2. Throws what the mailbox refuses it with, once it is remembered. */
export async function markSent(desk: Desk, survey: Survey, group: readonly Done[]): Promise<void> {
  const sent = group.filter(({ outcome }) => outcome === 'sent' || outcome === 'taken');
  if (sent.length === 0) return;
  try {
    await storeSent(desk, sent).catch((error: unknown) => {
      // Whoever has lost the desk to another worker gives it up at once.
      if (error instanceof LookAgain || error instanceof ClaimedElsewhere) throw error;
      return storeSent(desk, sent);
    });
  } catch (error) {
    await rememberTaken(
      desk,
      survey,
      sent.flatMap(({ copy }) => copy.messageId ?? []),
    );
    throw error;
  }
}

async function storeSent({ store, folders }: Desk, sent: readonly Done[]): Promise<void> {
  const kept = sent.filter(({ copy }) => keptInTicket(copy.stage)).map(({ copy }) => copy.uid);
  const others = sent.filter(({ copy }) => !keptInTicket(copy.stage)).map(({ copy }) => copy.uid);
  if (kept.length > 0)
    await store.setFlags(folders.outbox, kept, { set: ['\\Seen', '\\Answered', UNDER_WAY] });
  if (others.length > 0) await store.setFlags(folders.outbox, others, { set: ['\\Seen', '\\Answered'] });
}

/** Copies that an earlier pass has marked as sent, and that did not get to their tickets. */
export async function leftBehind({ store, folders }: Desk): Promise<readonly Done[]> {
  const messages = await store.fetch(folders.outbox, await store.search(folders.outbox, SENT_AND_UNDER_WAY));
  return messages.flatMap((message): Done[] => {
    const copy = outboxCopyOf(message);
    const { stage } = copy;
    return stage === null ? [] : [{ copy: { ...copy, stage }, outcome: 'left' }];
  });
}

/** Step 3, for what was sent and for what is only filed. */
export async function putAway(
  desk: Desk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Done[] },
): Promise<void> {
  const { store, folders } = desk;
  const byFolder = new Map<string, Done[]>();
  const staying: number[] = [];
  for (const one of done.group) {
    const folder = restingPlace(desk, survey, one);
    if (folder !== null) byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
    // The last command of a dead worker may have come after its successor's.
    else if (one.outcome === 'left') staying.push(one.copy.uid);
  }
  await unmark(desk, staying);
  desk.cache.copiesWiped &&= byFolder.size === 0;
  for (const [folder, group] of byFolder) {
    const uids = group.map(({ copy }) => copy.uid);
    if (folder === folders.review) await unmark(desk, uids);
    const moved = await store.move(folders.outbox, uids, folder);
    if (folder === folders.archived) await hintMoved(desk, survey, { archive: done.archive, group, moved });
  }
}

/** Step 4, once a drain, of whatever lies there, so that what a dead worker has moved loses the flags too. No letter depends on it. */
export async function wipeCopies({ store, folders, log, cache }: Desk): Promise<void> {
  if (cache.copiesWiped) return;
  try {
    for (const folder of [folders.open, folders.archived]) {
      const uids = await store.search(folder, SENT_AND_UNDER_WAY);
      if (uids.length > 0) await store.setFlags(folder, uids, { remove: ['\\Answered', UNDER_WAY] });
    }
    cache.copiesWiped = true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    log.warn({ err: error }, 'flags of sent mail could not be taken off');
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
