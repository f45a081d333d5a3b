/** What a mailbox says of its desk: how much there is to do, and who has said to be at it. Changes nothing. */
import type { ClaimRecord, WorkerRecord } from '../../mailbox/register/entry.js';
import { type Backlog, backlogOf } from '../sight/backlog.js';
import { adoptionOf } from '../sight/beginning.js';
import { findPending, type Pending } from '../sight/pending.js';
import { live, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { viewDesk } from './tickets.js';

export interface MailboxStatus extends Backlog {
  readonly openTickets: number;
  /** Messages in Review. */
  readonly review: number;
  /** Failed attempts at messages that are still pending. */
  readonly attempts: number;
  /** Workers that have said in the register that they are at this desk, perhaps on other machines. */
  readonly claims: readonly Pick<ClaimRecord, 'host' | 'pid' | 'since' | 'command'>[];
  /** The workers of `run` in the desk's line: the first works here, the others stand by. */
  readonly standing: readonly Pick<WorkerRecord, 'host' | 'pid' | 'since' | 'command'>[];
}

/** null where no desk has taken the mailbox on yet. Throws what keeps it from being read. */
export async function readMailboxStatus(desk: Desk): Promise<MailboxStatus | null> {
  const survey = await viewDesk(desk);
  if (survey === null) return null;
  const pending = await findPending(desk, adoptionOf(survey));
  const review = await desk.store.search(desk.folders.review, { and: [] });
  return {
    openTickets: [...survey.ledger.tickets].filter(({ state }) => state === 'open').length,
    pending: pending.length,
    outbox: backlogOf(survey.outbox, desk.cache.unreadableOutbox.length),
    review: review.length,
    attempts: attemptsAt(survey, pending),
    claims: survey.claims.map(({ host, pid, since, command }) => ({ host, pid, since, command })),
    standing: survey.workers.map(({ host, pid, since, command }) => ({ host, pid, since, command })),
  };
}

/** Entries of the kind are of letters, and of what is stuck in the inbox, too. */
function attemptsAt(survey: Survey, pending: readonly Pending[]): number {
  const identities = new Set(pending.map(({ facts }) => facts.identity));
  return live(survey.attempts).filter(({ identity }) => identities.has(identity)).length;
}
