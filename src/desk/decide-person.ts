/** What a person's mail does to the ticket that it is about, by what that person may do. */
import type { Facts } from '../message/facts.js';
import { authorityOf } from './authority.js';
import type { Decision } from './decision.js';
import { marks } from './marks.js';
import { asksToClose, isByThread, type TicketMatch } from './match.js';
import type { StaffMember } from './policy.js';
import { automaticReasons, type Question } from './question.js';

export function fromPerson(question: Question, match: TicketMatch, base: Decision): Decision {
  const { policy, ledger, facts } = question;
  const authority = authorityOf(policy, ledger, { facts, match });
  const closing = asksToClose(policy, ledger, { facts, number: match.number });
  const archived = base.destination === 'archived';
  const reasons = [...base.reasons, authority.because, ...automaticReasons(facts)];
  const listed = facts.automatic !== null;
  const told: Decision = {
    ...base,
    kind: 'update',
    notifyStaff: true,
    newcomer: authority.newcomer,
    staff: authority.staff,
    ...passingOn(question, match, authority.staff),
    reasons,
  };
  if (closing) return closed(question, told, { archived, may: authority.mayClose && !listed });
  if (!archived) return told;
  if (authority.mayReopen && !listed) {
    return {
      ...told,
      kind: 'reopen',
      destination: 'open',
      changesState: true,
      reasons: [...reasons, 'the ticket reopens'],
    };
  }
  return {
    ...told,
    refused: 'reopen',
    reasons: [...reasons, 'it is filed in the archive: the ticket stays closed'],
  };
}

/** Whether a staff member's words go on to the people outside; where they do not, that member must know it. */
function passingOn(
  question: Question,
  match: TicketMatch,
  staff: StaffMember | null,
): Pick<Decision, 'relay' | 'notRelayedTo'> {
  const { policy, ledger, facts } = question;
  const note = marks(policy, facts).some((mark) => mark.note && ledger.endOf(mark.number) === match.number);
  const issuedTo = match.role?.kind === 'staff' ? match.role.member : null;
  if (note && staff !== null) return { relay: false, notRelayedTo: null };
  const isLimited = match.role?.kind === 'staff' && match.role.limited === true;
  const relay =
    staff !== null && isMeantForOthers(facts, match) && (!isLimited || facts.authentication.dmarc === 'pass');
  return { relay, notRelayedTo: relay ? null : issuedTo };
}

/**
 * What comes out of a tracker may as well be its own words, and whoever writes in a conversation beside the desk has
 * addressed the people whom they mean.
 */
function isMeantForOthers(facts: Facts, match: TicketMatch): boolean {
  return facts.automatic === null && facts.asAnswer === null && !isByThread(match);
}

/** The line end that clients put into a mail without words. */
const EMPTY_BODY_BYTES = 2;

function closed(
  { policy, facts }: Question,
  told: Decision,
  asked: { archived: boolean; may: boolean },
): Decision {
  const { reasons } = told;
  if (!asked.may) return { ...told, refused: 'close', reasons: [...reasons, 'it may not close the ticket'] };
  const wordless = facts.bodySize <= EMPTY_BODY_BYTES;
  const close: Decision = {
    ...told,
    kind: 'close',
    destination: 'archived',
    relay: told.relay && !wordless,
    notRelayedTo: wordless ? null : told.notRelayedTo,
  };
  if (asked.archived) {
    return {
      ...close,
      relay: false,
      notifyStaff: false,
      reasons: [...reasons, 'the ticket is closed already: filed in silence'],
    };
  }
  return {
    ...close,
    changesState: true,
    confirm: policy.confirmClose === 'requester',
    reasons: [...reasons, 'the ticket is closed'],
  };
}
