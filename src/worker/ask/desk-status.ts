/** What a mailbox says of its desk: how much there is to do, and who has said to be at it. Changes nothing. */
import { type Backlog, backlogOf } from '../sight/backlog.js';
import { adoptionOf } from '../sight/beginning.js';
import { findPending, type Pending } from '../sight/pending.js';
import { live, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { viewDesk } from './tickets.js';

/** A worker that has said in the register that it is at this desk, perhaps on another machine. */
interface WorkerClaim {
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  readonly since: Date;
}

export interface MailboxStatus extends Backlog {
  readonly openTickets: number;
  /** Messages in Review. */
  readonly review: number;
  /** Failed attempts at messages that are still pending. */
  readonly attempts: number;
  readonly claims: readonly WorkerClaim[];
}

/** null where no desk has taken the mailbox on yet. Throws what keeps it from being read. */
export async function readMailboxStatus(given: Desk): Promise<MailboxStatus | null> {
  const view = await viewDesk(given);
  if (view === null) return null;
  const { desk, survey } = view;
  const pending = await findPending(desk, adoptionOf(survey));
  const review = await desk.store.search(desk.folders.review, { and: [] });
  return {
    openTickets: [...survey.ledger.tickets].filter(({ state }) => state === 'open').length,
    pending: pending.length,
    outbox: backlogOf(survey.outbox, desk.cache.unreadableOutbox.length),
    review: review.length,
    attempts: attemptsAt(survey, pending),
    claims: claimsOf(survey),
  };
}

/** Entries of the kind are of letters, and of what is stuck in the inbox, too. */
function attemptsAt(survey: Survey, pending: readonly Pending[]): number {
  const identities = new Set(pending.map(({ facts }) => facts.identity));
  return live(survey.attempts).filter(({ identity }) => identities.has(identity)).length;
}

function claimsOf({ claims }: Survey): readonly WorkerClaim[] {
  return claims.map(({ host, pid, since, command }) => ({ host, pid, since, command }));
}
