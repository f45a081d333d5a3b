/**
 * Letters that lie in Review because the mail server has refused them, for sending once more: they go back to the outbox,
 * as a person may move them there. Whatever keeps that safe is the drain's (`drain.ts`, `letter-history.ts`): a letter
 * that was sent is not sent again, and its age counts anew.
 */
import { type Staging, verifyStaged } from '../../desk/letters/staging.js';
import { carryOut } from '../carry-out/carry-out.js';
import { MEANT_OTHERWISE } from '../send/recall.js';
import { type History, historiesOf, historyIn, sentAlready } from '../sight/letter-history.js';
import { nothingSeen, type Survey } from '../sight/survey.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { outboxCopyOf } from '../workplace/outbox-copy.js';
import { refusesWithoutReason } from '../workplace/unreadable.js';
import { findTicket, viewDesk } from './tickets.js';

/** Why a copy stays in Review: it cannot be sent, or nobody knows that it was not. */
export type Kept = 'not-signed' | 'not-known' | 'sent-already';

export interface Refused {
  readonly uid: number;
  readonly messageId: string;
  readonly stage: Staging;
  /** What the mail server said. */
  readonly because: string;
}

export interface RetryPlan {
  /** The ticket that the number stands for; null for all. */
  readonly ticket: number | null;
  readonly again: readonly Refused[];
  readonly kept: readonly { readonly stage: Staging; readonly why: Kept }[];
}

/** Changes nothing. `number` null looks at all of Review. */
export async function planRetry(desk: Desk, number: number | null): Promise<RetryPlan | 'no-such-ticket'> {
  const survey = await viewDesk(desk);
  if (survey === null) return 'no-such-ticket';
  if (number !== null && (await findTicket(desk, survey, number)) === null) return 'no-such-ticket';
  const ticket = number === null ? null : survey.ledger.endOf(number);
  const copies = (await copiesInReview(desk)).filter(
    ({ stage }) => ticket === null || (stage.ticket !== null && survey.ledger.endOf(stage.ticket) === ticket),
  );
  return { ticket, ...(await judge(desk, survey, copies)) };
}

export async function sendAgain(desk: WorkingDesk, refused: readonly Refused[]): Promise<void> {
  const { review, outbox } = desk.folders;
  const messages = refused.map(({ uid, messageId }) => ({ uid, identity: messageId, ticket: null }));
  const uids = refused.map(({ uid }) => uid);
  await carryOut(desk, nothingSeen(desk), {
    flags: [{ folder: review, uids, change: { remove: MEANT_OTHERWISE } }],
    moves: [{ from: review, to: outbox, messages }],
  });
}

export type RetryOutcome = 'sent' | 'waiting' | 'refused' | 'gone';

/** What has become of them, after a pass. `gone`: it lies in neither folder, and nobody knows that it was sent. */
export async function outcomesOf(desk: Desk, refused: readonly Refused[]): Promise<readonly RetryOutcome[]> {
  const survey = await viewDesk(desk);
  if (survey === null) return refused.map(() => 'gone');
  const { isSent } = await knowledgeOf(desk, survey, refused);
  const outcomes: RetryOutcome[] = [];
  for (const one of refused) outcomes.push(isSent(one) ? 'sent' : await placeOf(desk, one));
  return outcomes;
}

async function placeOf({ store, folders }: Desk, { messageId }: Copy): Promise<RetryOutcome> {
  const byId = { header: 'Message-ID', contains: messageId };
  if ((await store.search(folders.outbox, byId)).length > 0) return 'waiting';
  return (await store.search(folders.review, byId)).length > 0 ? 'refused' : 'gone';
}

type Copy = Omit<Refused, 'because'>;

async function copiesInReview(desk: Desk): Promise<readonly Copy[]> {
  const { review } = desk.folders;
  const uids = await desk.store.search(review, { header: 'X-Imapdesk-Stage-To', contains: '@' });
  if (uids.length === 0) return [];
  return (await desk.store.fetch(review, uids)).flatMap((message): Copy[] => {
    const { uid, stage, messageId } = outboxCopyOf(message);
    return stage === null || messageId === null ? [] : [{ uid, stage, messageId }];
  });
}

/** null if it is gone, or the server refuses it without a reason: that is about this one alone. */
async function sourceOf({ store, folders }: Desk, uid: number): Promise<Buffer | null> {
  try {
    return (await store.fetchSource(folders.review, [uid])).get(uid) ?? null;
  } catch (error) {
    if (refusesWithoutReason(error)) return null;
    throw error;
  }
}

async function judge(
  desk: Desk,
  survey: Survey,
  copies: readonly Copy[],
): Promise<Pick<RetryPlan, 'again' | 'kept'>> {
  const { isSent, histories } = await knowledgeOf(desk, survey, copies);
  const again: Refused[] = [];
  const kept: { stage: Staging; why: Kept }[] = [];
  for (const copy of copies) {
    const { refusedBecause } = historyIn(histories, copy.messageId);
    const source = await sourceOf(desk, copy.uid);
    const signed = source !== null && verifyStaged(desk.policy, source) !== null;
    if (isSent(copy)) kept.push({ stage: copy.stage, why: 'sent-already' });
    else if (!signed) kept.push({ stage: copy.stage, why: 'not-signed' });
    else if (refusedBecause === null) kept.push({ stage: copy.stage, why: 'not-known' });
    else again.push({ ...copy, because: refusedBecause });
  }
  return { again, kept };
}

/** What the register and the folders know of letters. */
async function knowledgeOf(
  desk: Desk,
  { open }: Survey,
  copies: readonly Copy[],
): Promise<{ histories: ReadonlyMap<string, History>; isSent: (copy: Copy) => boolean }> {
  const ids = copies.map(({ messageId }) => messageId);
  const histories = await historiesOf(desk, ids);
  const sent = await sentAlready(desk, open, ids);
  const isSent = ({ messageId: id }: Copy): boolean => sent.has(id) || historyIn(histories, id).taken;
  return { histories, isSent };
}
