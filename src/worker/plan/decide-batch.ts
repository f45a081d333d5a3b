/** The way of mail from the inbox to its decision, and what that causes: one for a pass, a dry run and `explain`. */
import { decide, forReview } from '../../desk/decide/decide.js';
import { type Letter, lettersFor, type Occasion } from '../../desk/letters/letters.js';
import { boundNotices } from '../../desk/letters/notice-limit.js';
import type { Phrase } from '../../desk/policy.js';
import type { Decision } from '../../desk/ticket/decision.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import type { PartSource } from '../sight/asked-parts.js';
import { reasonToGiveUp } from '../sight/attempts.js';
import { lookAgain } from '../sight/look-again.js';
import { lookUpNamed } from '../sight/look-up.js';
import { recogniseAccount } from '../sight/own-account.js';
import { inOrder, type Pending } from '../sight/pending.js';
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

/** Decides one after the other; `waiting` is what this pass leaves to a later one. */
export async function decideBatch(
  desk: Desk,
  survey: Survey,
  found: readonly Pending[],
): Promise<{ readonly decided: readonly Decided[]; readonly waiting: readonly Pending[] }> {
  const { known, waiting } = await recogniseAccount(desk, found);
  const ready = await lookInto(desk, survey, { known, source: desk });
  return { decided: ready.map((pending) => decideNext(desk, survey, pending)), waiting };
}

/** All that a decision needs to know of messages, beyond their headers and what is open. `source` holds their bodies. */
export async function lookInto(
  desk: Desk,
  survey: Survey,
  { known, source }: { readonly known: readonly Pending[]; readonly source: PartSource },
): Promise<readonly Pending[]> {
  const isGivenUp = (one: Pending): boolean => reasonToGiveUp(survey, one) !== null;
  // What is given up is looked at no further: that may be what it was given up for.
  const others = known.filter((one) => !isGivenUp(one));
  const ready = inOrder([...known.filter(isGivenUp), ...(await lookAgain(source, others))]);
  const named = ready.map(({ facts }) => facts);
  await lookUpNamed(desk, survey, named);
  return ready;
}

/** Leaves what is known as it is. */
export function judge(
  { policy }: Desk,
  survey: Survey,
  pending: Pending,
): Pick<Decided, 'decision' | 'gaveUp'> {
  const unreadable = isUnreadable(pending.facts.identity);
  const why = reasonToGiveUp(survey, pending) ?? (unreadable ? CANNOT_BE_READ : null);
  const asked =
    why === null
      ? decide(policy, survey.ledger, pending.facts)
      : { ...forReview(pending.facts, why), why: unreadable ? UNREADABLE : FAILED };
  return { decision: hushed(asked, pending.quiet), gaveUp: why !== null };
}

function decideNext(desk: Desk, survey: Survey, pending: Pending): Decided {
  const { decision, gaveUp } = judge(desk, survey, pending);
  const before = decision.ticket === null ? null : survey.ledger.ticket(decision.ticket);
  survey.ledger.takeIn(decision, pending.facts);
  const ticket: Ticket | null =
    decision.ticket === null || decision.destination === 'review'
      ? null
      : (survey.ledger.ticket(decision.ticket) ?? before);
  const occasion: Occasion = { decision, facts: pending.facts, ticket };
  return { pending, decision, occasion, letters: lettersWithin(desk, survey, occasion), gaveUp };
}

/** The letters of an occasion, as far as the limits of notices let them go. */
export function lettersWithin({ policy }: Desk, { ledger }: Survey, occasion: Occasion): readonly Letter[] {
  const cause = occasion.facts.identity;
  return boundNotices(policy, ledger, { letters: lettersFor(policy, occasion), cause });
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
