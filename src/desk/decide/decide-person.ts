/** What a person's mail does to the ticket that it is about, by what that person may do. */
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { Phrase, StaffMember } from '../policy.js';
import type { Decision } from '../ticket/decision.js';
import { marks } from '../ticket/marks.js';
import { isCarried, isLastWordCarried } from '../ticket/participants.js';
import { authorityOf, provenStaff } from './authority.js';
import { asksToClose, isByThread, type TicketMatch } from './match.js';
import { isByPlainWords, isDoubtful } from './program-words.js';
import { automaticReasons, type Question } from './question.js';

export function fromPerson(question: Question, match: TicketMatch, base: Decision): Decision {
  const { policy, ledger, facts } = question;
  const authority = authorityOf(policy, ledger, { facts, match });
  const closing = asksToClose(policy, ledger, { facts, number: match.number });
  const archived = base.destination === 'archived';
  const reasons = [...base.reasons, authority.because, ...automaticReasons(facts)];
  const listed = facts.automatic !== null;
  const doubtful = isDoubtful(question, match.number);
  const told: Decision = {
    ...base,
    kind: 'update',
    notifyStaff: true,
    newcomer: authority.newcomer,
    staff: authority.staff,
    ...passingOn(question, match, { staff: authority.staff, doubtful }),
    perhapsAnswersNotices: whyNotRelayed(facts, doubtful) !== null,
    reasons: doubtful ? [...reasons, DOUBT] : reasons,
  };
  const mayClose =
    authority.mayClose && !listed && !isCarried(facts) && !isByPlainWords(question, match.number);
  if (closing) return closed(question, told, { archived, may: mayClose });
  if (!archived) return told;
  if (authority.mayReopen && !listed && !doubtful) {
    return {
      ...told,
      kind: 'reopen',
      destination: 'open',
      changesState: true,
      reasons: [...told.reasons, 'the ticket reopens'],
    };
  }
  return {
    ...told,
    refused: 'reopen',
    reasons: [...told.reasons, 'it is filed in the archive: the ticket stays closed'],
  };
}

const DOUBT = 'its subject is like that of an absence note, so it reopens nothing and is passed on to nobody';

/** Whether a staff member's words go on to the people outside; where they do not, that member must know it. */
function passingOn(
  question: Question,
  match: TicketMatch,
  writer: { readonly staff: StaffMember | null; readonly doubtful: boolean },
): Pick<Decision, 'relay' | 'notRelayedTo' | 'why'> {
  const { staff, doubtful } = writer;
  const issuedTo = match.role?.kind === 'staff' ? match.role.member : null;
  if (staff === null)
    return { relay: false, notRelayedTo: issuedTo, why: whyUnproven(question.facts, issuedTo) };
  if (isNote(question, match)) return { relay: false, notRelayedTo: null, why: null };
  const why = whyNotRelayed(question.facts, doubtful);
  // Of a list post that only names the ticket its writer expects nothing.
  const expects = doubtful || question.facts.automatic === null;
  if (why !== null) return { relay: false, notRelayedTo: expects ? staff : issuedTo, why };
  if (isMeantForOthers(question.facts, match)) return { relay: true, notRelayedTo: null, why: null };
  const limited: Phrase | null = issuedTo === null ? null : { name: 'not-relayed-limited' };
  return { relay: false, notRelayedTo: issuedTo, why: limited };
}

/** Of mail to an address that was made for this member, which is not proven to be theirs. */
function whyUnproven({ sender, authentication }: Facts, issuedTo: StaffMember | null): Phrase | null {
  const { address } = sender;
  if (issuedTo === null) return null;
  const isTheirs = address !== null && issuedTo.addresses.some((own) => sameAddress(own, address));
  const failed = isTheirs && authentication.dmarc === 'fail';
  return { name: failed ? 'not-relayed-failed' : 'not-relayed-unproven' };
}

/** Whoever writes in a conversation beside the desk has addressed the people whom they mean. */
function isMeantForOthers({ authentication }: Facts, match: TicketMatch): boolean {
  const isLimited = match.role?.kind === 'staff' && match.role.limited === true;
  return !isByThread(match) && (!isLimited || authentication.dmarc === 'pass');
}

/** What comes out of a program may as well be its own words. */
function whyNotRelayed(facts: Facts, doubtful: boolean): Phrase | null {
  const { automatic, asAnswer, perhapsOfRule } = facts;
  if (doubtful) return { name: 'not-relayed-absence' };
  // A template of the member's own mailbox, under another name of that, looks as if a rule had passed it on.
  const isPersons = automatic === null && asAnswer === null && perhapsOfRule !== true;
  return isPersons ? null : { name: 'not-relayed-program' };
}

/** It came to the address for what only staff shall read. */
function isNote({ policy, ledger, facts }: Question, match: TicketMatch): boolean {
  return marks(policy, facts).some((mark) => mark.note && ledger.endOf(mark.number) === match.number);
}

/**
 * What a staff member is told of their mail that was taken for a program's by weak signs: the words of its subject, or
 * what programs write into people's answers as well. A person may have written it, and waits for it to go on.
 */
export function weaklyAutomatic(
  question: Question,
  match: TicketMatch,
): Pick<Decision, 'notRelayedTo' | 'why'> {
  const { policy, facts } = question;
  const staff = isNote(question, match) ? null : provenStaff(policy, facts, match);
  const carried =
    facts.asAnswer !== null && facts.asAnswer.automatic === null && match.role?.kind === 'staff';
  if (staff === null || !(facts.inWords || carried)) return { notRelayedTo: null, why: null };
  return {
    notRelayedTo: staff,
    why: { name: facts.inWords ? 'not-relayed-absence' : 'not-relayed-program' },
  };
}

/** The line end that clients put into a mail without words. */
const EMPTY_BODY_BYTES = 2;

function closed(
  { policy, ledger, facts }: Question,
  told: Decision,
  asked: { archived: boolean; may: boolean },
): Decision {
  const { reasons } = told;
  if (!asked.may) return { ...told, refused: 'close', reasons: [...reasons, 'it may not close the ticket'] };
  const ticket = told.ticket === null ? null : ledger.ticket(told.ticket);
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
    confirm: policy.confirmClose === 'requester' && !(ticket !== null && isLastWordCarried(policy, ticket)),
    reasons: [...reasons, 'the ticket is closed'],
  };
}
