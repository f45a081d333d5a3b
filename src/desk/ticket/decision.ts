/** The answer to "what is this message", with everything that follows from it. */
import type { Automatic } from '../../message/automatic/classification.js';
import type { Facts } from '../../message/facts/facts.js';
import { withoutForMarks } from '../../message/header/for-mark.js';
import type { Phrase, StaffMember } from '../policy.js';
import type { Role } from '../sign/ticket-address.js';
import { type Requester, senderOf, type TicketEntry } from './ticket.js';

type DecisionKind =
  | 'new'
  | 'update'
  | 'close'
  | 'reopen'
  | 'unknown-ticket'
  | 'automatic'
  | 'bounce'
  | 'duplicate'
  | 'own'
  | 'review';

export type MatchKind =
  | 'signed-address'
  | 'own-message-id'
  | 'message-id'
  | 'address'
  | 'tag'
  | 'thread'
  | 'thread-index';

type Destination = 'open' | 'archived' | 'review';

export interface Decision {
  readonly kind: DecisionKind;
  readonly ticket: number | null;
  readonly match: MatchKind | null;
  readonly destination: Destination;
  readonly acknowledge: boolean;
  readonly notifyStaff: boolean;
  readonly relay: boolean;
  readonly changesState: boolean;
  readonly automatic: Automatic | null;
  /** For `explain` and the log. */
  readonly reasons: readonly string[];
  /** The reason that goes into mail to staff, which may be in another language; null where none is needed. */
  readonly why: Phrase | null;
  /** What is told to the sender of mail to a number that does not exist. */
  readonly errorReport: boolean;
  /** A confirmation goes to the requester. */
  readonly confirm: boolean;
  /** The sender is nobody that the ticket knows. */
  readonly newcomer: boolean;
  /** A close or reopening was asked for by somebody who may not. */
  readonly refused: 'close' | 'reopen' | null;
  /** The staff member who is proven to have sent it. */
  readonly staff: StaffMember | null;
  /** The staff member whose signed address it came to without proof that it is theirs. */
  readonly notRelayedTo: StaffMember | null;
  /** A program may have written it as its answer to a notice: `notRelayedTo` may be a machine that answers each. */
  readonly perhapsAnswersNotices: boolean;
  /** Whom the signed address or id was made for, where one matched. */
  readonly role: Role | null;
  /** The ticket that a new one takes up again, because it was closed too long ago to be reopened. */
  readonly follows: number | null;
  /** Of a new ticket, if that is not simply the sender: whose matter it is. */
  readonly requester: Requester | null;
  /** The number that it names, where that one was merged into the ticket; null for the ticket's own. */
  readonly via: number | null;
  /** The register must say where this message belongs, because the message does not prove it. */
  readonly needsLink: boolean;
}

/** To whom an automatic answer goes. */
export function answeredAddress({ requester }: Decision, { sender }: Facts): string | null {
  return requester === null ? sender.answerTo : requester.address;
}

/** The fields that `explain --json` prints, and no others. */
export function explained(decision: Decision): Record<string, unknown> {
  const { kind, ticket, match, acknowledge, notifyStaff, relay, changesState, automatic, reasons } = decision;
  return { kind, ticket, match, acknowledge, notifyStaff, relay, changesState, automatic, reasons };
}

/** The entry of the ticket that a decision opens. */
export function entryOf(
  decision: Pick<Decision, 'ticket' | 'requester' | 'staff' | 'acknowledge' | 'follows'>,
  facts: Facts,
): TicketEntry {
  const requester = decision.requester ?? senderOf(facts);
  return {
    number: decision.ticket ?? 0,
    rootIdentity: facts.identity,
    rootMessageId: facts.messageId,
    requester: requester.address,
    requesterName: requester.name,
    requesterFrom: requester.from,
    // It goes to the requester; in anybody else's mail the mark is nothing of ours.
    subject:
      decision.staff === null && decision.requester === null ? facts.subject : withoutForMarks(facts.subject),
    answerable: decision.acknowledge,
    opened: facts.receivedAt,
    ...(decision.follows === null ? {} : { follows: decision.follows }),
  };
}
