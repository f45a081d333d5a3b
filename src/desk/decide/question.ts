/** What is to be decided, and the pieces that all decisions are made of. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import type { Decision } from '../ticket/decision.js';
import type { Ledger } from '../ticket/ledger.js';
import { signedTicket } from '../ticket/marks.js';
import type { TicketState } from '../ticket/ticket.js';
import type { TicketMatch } from './match.js';

export interface Question {
  readonly policy: DeskPolicy;
  readonly ledger: Ledger;
  readonly facts: Facts;
}

export function blank(facts: Facts): Decision {
  return {
    kind: 'review',
    ticket: null,
    match: null,
    destination: 'review',
    acknowledge: false,
    notifyStaff: false,
    relay: false,
    changesState: false,
    automatic: facts.automatic,
    reasons: [],
    why: null,
    errorReport: false,
    confirm: false,
    newcomer: false,
    refused: null,
    staff: null,
    notRelayedTo: null,
    perhapsAnswersNotices: false,
    role: null,
    follows: null,
    requester: null,
    via: null,
    needsLink: false,
  };
}

/** What a person sent from the desk's own account joins the ticket that it answers, and changes nothing else. */
export function sentFromAccount(
  policy: DeskPolicy,
  facts: Facts,
  { match, state }: { match: TicketMatch; state: TicketState },
): Decision {
  return {
    ...blank(facts),
    kind: 'update',
    ticket: match.number,
    match: match.by,
    via: match.via ?? null,
    destination: state,
    notifyStaff: policy.staffReplies === 'all',
    reasons: ["a person sent it from the desk's own account"],
  };
}

/** Lists and bulk senders pass on what people write: such mail is never answered, and that is all. */
export function maybePerson({ automatic }: Facts): boolean {
  return automatic === null || automatic.kind === 'list' || automatic.kind === 'bulk';
}

export function automaticReasons(facts: Facts): string[] {
  return (facts.automatic?.because ?? []).map((why) => `automatic: ${why}`);
}

/** Files a message with a ticket, wherever that ticket is, and changes nothing else. */
export function beside(question: Question, number: number): Decision {
  const { policy, ledger, facts } = question;
  return {
    ...blank(facts),
    ticket: number,
    destination: ledger.ticket(number)?.state ?? 'open',
    needsLink:
      signedTicket(policy, facts, (named) => ledger.endOf(named)) !== number &&
      !ledger.isRoot(facts.identity),
  };
}
