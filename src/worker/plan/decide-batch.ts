/** Decides a batch of pending messages, one after the other, and says what each of them causes. */
import { decide, setAside } from '../../desk/decide/decide.js';
import { type Letter, lettersFor, type Occasion } from '../../desk/letters/letters.js';
import { boundNotices } from '../../desk/letters/notice-limit.js';
import type { Phrase } from '../../desk/policy.js';
import type { Decision } from '../../desk/ticket/decision.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import { reasonToGiveUp } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk, DeskFolders } from '../workplace/desk.js';
import { CANNOT_BE_READ, isUnreadable } from '../workplace/unreadable.js';

export interface Decided {
  readonly pending: Pending;
  readonly decision: Decision;
  readonly occasion: Occasion;
  readonly letters: readonly Letter[];
  /** It failed too often, and goes to review for that alone. */
  readonly gaveUp: boolean;
}

const FAILED: Phrase = { name: 'review-failed' };
const UNREADABLE: Phrase = { name: 'review-unreadable' };
const OLDER: Phrase = { name: 'not-answered-older' };

export function decideBatch(desk: Desk, survey: Survey, batch: readonly Pending[]): readonly Decided[] {
  return batch.map((pending) => {
    const unreadable = isUnreadable(pending.facts.identity);
    const why = reasonToGiveUp(survey, pending) ?? (unreadable ? CANNOT_BE_READ : null);
    const asked =
      why === null
        ? decide(desk.policy, survey.ledger, pending.facts)
        : { ...setAside(pending.facts, why), why: unreadable ? UNREADABLE : FAILED };
    const decision = hushed(asked, pending.quiet);
    const before = decision.ticket === null ? null : survey.ledger.ticket(decision.ticket);
    survey.ledger.follow(decision, pending.facts);
    const ticket: Ticket | null =
      decision.ticket === null || decision.destination === 'review'
        ? null
        : (survey.ledger.ticket(decision.ticket) ?? before);
    const occasion: Occasion = { decision, facts: pending.facts, ticket };
    const letters = boundNotices(desk.policy, survey.ledger, {
      letters: lettersFor(desk.policy, occasion),
      cause: pending.facts.identity,
    });
    return { pending, decision, occasion, letters, gaveUp: why !== null };
  });
}

/** Mail that is older than the desk is filed without telling anybody. */
function hushed(decision: Decision, quiet: boolean): Decision {
  if (!quiet) return decision;
  return {
    ...decision,
    acknowledge: false,
    notifyStaff: false,
    relay: false,
    errorReport: false,
    confirm: false,
    notRelayedTo: null,
    why: decision.acknowledge ? OLDER : decision.why,
    reasons: [...decision.reasons, 'not answered: it is older than the desk'],
  };
}

/** Where a message goes: decisions of a batch apply each ticket's net result. */
export function destinationOf(survey: Survey, { decision }: Decided, folders: DeskFolders): string {
  if (decision.destination === 'review') return folders.review;
  const state = decision.ticket === null ? null : survey.ledger.ticket(decision.ticket)?.state;
  return (state ?? decision.destination) === 'archived' ? folders.archived : folders.open;
}
