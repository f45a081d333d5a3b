/**
 * Letters that lie in Review because the mail server has refused them, for sending once more: they go back to the outbox,
 * as a person may move them there. Whatever keeps that safe is the drain's (`drain.ts`, `letter-history.ts`): a letter
 * that was sent is not sent again, and its age counts anew.
 */
import { openStaged, readStage, type Stage } from '../desk/staging.js';
import { parseHeaderBlock } from '../message/header-block.js';
import { ownMessageId } from '../message/message-ids.js';
import type { Desk } from './desk.js';
import { historiesOf, NO_HISTORY, sentAlready } from './letter-history.js';
import type { Survey } from './survey.js';
import { findTicket, viewDesk } from './tickets.js';

/** Why a copy stays in Review: it cannot be sent, or nobody knows that it was not. */
export type Kept = 'not-signed' | 'not-known' | 'sent-already';

export interface Refused {
  readonly uid: number;
  readonly messageId: string;
  readonly stage: Stage;
  /** What the mail server said. */
  readonly because: string;
}

export interface RetryPlan {
  /** The ticket that the number stands for; null for all. */
  readonly ticket: number | null;
  readonly again: readonly Refused[];
  readonly kept: readonly { readonly stage: Stage; readonly why: Kept }[];
}

/** Changes nothing. `number` null looks at all of Review. */
export async function planRetry(desk: Desk, number: number | null): Promise<RetryPlan | 'no-such-ticket'> {
  const view = await viewDesk(desk);
  if (view === null) return 'no-such-ticket';
  const { survey } = view;
  if (number !== null && (await findTicket(view.desk, survey, number)) === null) return 'no-such-ticket';
  const ticket = number === null ? null : survey.ledger.endOf(number);
  const copies = (await copiesInReview(view.desk)).filter(
    ({ stage }) => ticket === null || (stage.ticket !== null && survey.ledger.endOf(stage.ticket) === ticket),
  );
  return { ticket, ...(await judge(view.desk, survey, copies)) };
}

export async function sendAgain({ store, folders }: Desk, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  await store.move(
    folders.review,
    refused.map(({ uid }) => uid),
    folders.outbox,
  );
}

/** What has become of them, after a pass. */
export async function outcomesOf(
  { store, folders }: Desk,
  refused: readonly Refused[],
): Promise<readonly ('sent' | 'waiting' | 'refused')[]> {
  const outcomes: ('sent' | 'waiting' | 'refused')[] = [];
  for (const { messageId } of refused) {
    const byId = { header: 'Message-ID', contains: messageId };
    const waiting = await store.search(folders.outbox, {
      and: [byId, { flag: '\\Answered', set: false }],
    });
    const inReview = await store.search(folders.review, byId);
    if (waiting.length > 0) outcomes.push('waiting');
    else outcomes.push(inReview.length > 0 ? 'refused' : 'sent');
  }
  return outcomes;
}

type Copy = Omit<Refused, 'because'>;

async function copiesInReview({ store, folders }: Desk): Promise<readonly Copy[]> {
  const uids = await store.search(folders.review, { header: 'X-Imapdesk-Stage-To', contains: '@' });
  return (await store.fetch(folders.review, uids)).flatMap(({ uid, header }): Copy[] => {
    const block = parseHeaderBlock(header);
    const [stage, messageId] = [readStage(block), ownMessageId(block)];
    return stage === null || messageId === null ? [] : [{ uid, stage, messageId }];
  });
}

async function judge(
  desk: Desk,
  survey: Survey,
  copies: readonly Copy[],
): Promise<Pick<RetryPlan, 'again' | 'kept'>> {
  const ids = copies.map(({ messageId }) => messageId);
  const histories = await historiesOf(desk, ids);
  const sent = await sentAlready(desk, survey, ids);
  const again: Refused[] = [];
  const kept: { stage: Stage; why: Kept }[] = [];
  for (const copy of copies) {
    const { refusedBecause, taken } = histories.get(copy.messageId) ?? NO_HISTORY;
    const source = await desk.store.fetchSource(desk.folders.review, copy.uid);
    const signed = source !== null && openStaged(desk.policy, source) !== null;
    if (taken || sent.has(copy.messageId)) kept.push({ stage: copy.stage, why: 'sent-already' });
    else if (!signed) kept.push({ stage: copy.stage, why: 'not-signed' });
    else if (refusedBecause === null) kept.push({ stage: copy.stage, why: 'not-known' });
    else again.push({ ...copy, because: refusedBecause });
  }
  return { again, kept };
}
