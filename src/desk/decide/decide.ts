/**
 * Decides what a message is. Pure: the same facts against the same ledger always give the same decision.
 *
 * The order is: our own mail; a message that the register already knows (a pass that died left it); the same mail by
 * another way; automatic mail; then what a person wants of a ticket, or a new one.
 */
import type { AutomaticKind } from '../../message/automatic/classification.js';
import type { Facts } from '../../message/facts/facts.js';
import { answersAlert } from '../alerts/alerted.js';
import { type Answer, limitReached } from '../limits/limits.js';
import type { DeskPolicy, Phrase } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import type { Decision } from '../ticket/decision.js';
import type { Ledger } from '../ticket/ledger.js';
import { signedTicket, theirTags } from '../ticket/marks.js';
import { provenStaff, silence, whyNotAnswered } from './authority.js';
import { fromPerson, weaklyAutomatic } from './decide-person.js';
import { type LateMail, lateMail } from './late-mail.js';
import { findMatch, type MatchResult, type TicketMatch } from './match.js';
import { whoseMatter } from './on-behalf.js';
import { withProgramWords } from './program-words.js';
import { automaticReasons, beside, blank, maybePerson, type Question } from './question.js';

export function decide(policy: DeskPolicy, ledger: Ledger, facts: Facts): Decision {
  const question: Question = { policy, ledger, facts };
  return known(question) ?? byMatch(question, findMatch(policy, ledger, facts));
}

/** What needs no matching: our own mail, a message that was filed or begun already, and the same mail again. */
function known(question: Question): Decision | null {
  const { policy, ledger, facts } = question;
  if (isOwn(policy, facts)) return own(question);
  const registered = ledger.registeredTicket(facts.identity);
  if (registered !== null && ledger.isFiled(facts.identity, registered))
    return duplicate(question, registered);
  if (registered !== null && ledger.openedBy(facts.identity) === registered) {
    return newTicket(question, { number: registered, because: 'the register already gives it this number' });
  }
  const twin = ledger.sameEvent(facts);
  const twinTicket = twin === null ? null : ledger.membership(twin);
  return twinTicket === null ? null : duplicate(question, twinTicket);
}

function byMatch(question: Question, match: MatchResult): Decision {
  const { ledger, facts } = question;
  const registered = ledger.registeredTicket(facts.identity);
  if (registered !== null) return matched(question, linked(match, registered));
  if (facts.spam.length > 0 && !isSigned(match)) return spam(question);
  if (match === null) return unmatched(question);
  if ('conflict' in match) {
    const numbers = match.conflict.join(', ');
    const reason = `it names the tickets ${numbers} with equal strength, and its sender does not settle which`;
    return { ...toReview(question, reason), why: { name: 'review-conflict', values: { numbers } } };
  }
  return ledger.exists(match.number) ? matched(question, match) : unknown(question, match);
}

/** Only what carries a mark that we signed is worth more than the server's verdict. */
function isSigned(match: MatchResult): boolean {
  return match !== null && !('conflict' in match) && match.role !== null;
}

function spam(question: Question): Decision {
  const { facts } = question;
  return { ...blank(facts), reasons: [...facts.spam.map((mark) => `spam: ${mark}`), 'not answered'] };
}

/** The decision for a message that failed too often to be tried again. */
export function forReview(facts: Facts, why: string): Decision {
  return { ...blank(facts), kind: 'review', destination: 'review', notifyStaff: true, reasons: [why] };
}

function own(question: Question): Decision {
  const { policy, ledger, facts } = question;
  const reasons = ['it carries our own signature: it is a message that this desk sent'];
  const number = signedTicket(policy, facts, (named) => ledger.endOf(named));
  const base = number === null || !ledger.exists(number) ? blank(facts) : beside(question, number);
  return { ...base, kind: 'own', automatic: { kind: 'own', because: reasons }, reasons };
}

function duplicate(question: Question, number: number): Decision {
  const reasons = [`the same message is in ticket ${number} already, delivered along another way`];
  return { ...beside(question, number), kind: 'duplicate', match: 'message-id', reasons };
}

function linked(match: MatchResult, number: number): TicketMatch {
  if (match !== null && !('conflict' in match) && match.number === number) return match;
  return { number, by: 'message-id', role: null };
}

function toReview(question: Question, why: string): Decision {
  const { facts } = question;
  return {
    ...blank(facts),
    notifyStaff: facts.automatic === null,
    reasons: [why, ...automaticReasons(facts)],
  };
}

function newTicket(question: Question, given: { number: number; because: string }): Decision {
  const { policy, facts } = question;
  const staff = provenStaff(policy, facts, null);
  const opening = whoseMatter(policy, facts, staff !== null || facts.fromAccount === true);
  const to = opening.requester?.address ?? facts.sender.answerTo;
  const silent =
    silence(policy, facts) ?? opening.silent ?? limited(question, { purpose: 'acknowledgement', to });
  return {
    ...blank(facts),
    kind: 'new',
    ticket: given.number,
    destination: 'open',
    acknowledge: silent === null,
    notifyStaff: true,
    staff,
    why: silent === null ? null : whyNotAnswered(policy, facts, opening.silent !== null),
    requester: opening.requester,
    reasons: [
      given.because,
      ...onBehalf(facts),
      ...tagReasons(question),
      ...opening.reasons,
      silent ?? `the ${opening.requester === null ? 'sender' : 'requester'} is acknowledged`,
      ...automaticReasons(facts),
    ],
  };
}

function onBehalf({ asWritten, sender }: Facts): readonly string[] {
  if (asWritten === undefined) return [];
  const from = asWritten.sender.address ?? 'nobody';
  return [
    sender.address === null
      ? `From names ${from}, who only passes on what others write, and nobody else is named`
      : `From names ${from}, who passes on what ${sender.address} writes`,
  ];
}

/** Why a limit forbids this answer, or null. */
function limited(
  { policy, ledger, facts }: Question,
  answer: { readonly purpose: Answer['purpose']; readonly to: string | null },
): string | null {
  const { purpose, to } = answer;
  if (to === null) return null;
  const { identity: cause, receivedAt: arrived, subject } = facts;
  const wanted = { purpose, to, cause, at: ledger.now, arrived, subject };
  const reached = limitReached(policy, ledger.answers, wanted);
  return reached === null ? null : `not answered: ${reached}`;
}

/** Automatic mail that opens no ticket. */
const WITHOUT_TICKET: ReadonlySet<AutomaticKind> = new Set([
  'auto-reply',
  'delivery-notice',
  'read-receipt',
  'report',
  'reaction',
]);

function unmatched(question: Question): Decision {
  const { facts, ledger } = question;
  const kind = facts.automatic?.kind ?? null;
  const reasons = ['it names no ticket', ...tagReasons(question), ...automaticReasons(facts)];
  if (kind === 'bounce') {
    const ofAlert = answersAlert(question.policy, facts) ? ['what came back is an alert of this desk'] : [];
    return {
      ...toReview(question, 'a bounce that belongs to no ticket'),
      kind: 'bounce',
      reasons: [...reasons, ...ofAlert],
    };
  }
  if (kind !== null && WITHOUT_TICKET.has(kind)) {
    return { ...toReview(question, 'automatic mail that belongs to no ticket'), kind: 'automatic', reasons };
  }
  return newTicket(question, { number: ledger.highest + 1, because: 'it names no ticket, so it opens one' });
}

function unknown(question: Question, match: TicketMatch): Decision {
  const { policy, facts } = question;
  const base = {
    ...toReview(question, `it names ticket ${match.number}, which does not exist`),
    match: match.by,
    why: { name: 'review-unknown-ticket', values: { number: match.number } } satisfies Phrase,
  };
  if (facts.automatic !== null && !maybePerson(facts)) {
    return { ...base, kind: facts.automatic.kind === 'bounce' ? 'bounce' : 'automatic' };
  }
  const silent =
    silence(policy, facts) ?? limited(question, { purpose: 'error-report', to: facts.sender.answerTo });
  return {
    ...base,
    kind: 'unknown-ticket',
    ticket: match.number,
    errorReport: silent === null,
    reasons: [...base.reasons, silent ?? 'the sender is told so'],
  };
}

/** Why a tag in the subject counts for nothing. */
function tagReasons({ policy, facts }: Question): readonly string[] {
  return theirTags(policy, facts).map(
    ({ number, done }) =>
      `[${policy.tag}${number}${done ? '-done' : ''}] in its subject is the mark of somebody else's desk`,
  );
}

function matched(asked: Question, match: TicketMatch): Decision {
  const question = withProgramWords(asked, match);
  const late = lateMail(question, match);
  return late === null ? joined(question, match) : fromLate(question, match, late);
}

function fromLate(question: Question, match: TicketMatch, { joins: successor, because }: LateMail): Decision {
  if (successor === null) {
    const opened = newTicket(question, { number: question.ledger.highest + 1, because });
    return { ...opened, match: match.by, follows: match.number };
  }
  const decision = joined(question, { number: successor, by: match.by, role: null });
  return { ...decision, reasons: [`${because}: ticket ${successor} follows it`, ...decision.reasons] };
}

function joined(question: Question, match: TicketMatch): Decision {
  const { facts } = question;
  const reasons = [matchReason(match), ...mergeReasons(match), ...tagReasons(question)];
  const base = {
    ...beside(question, match.number),
    match: match.by,
    role: match.role,
    via: match.via ?? null,
  };
  const { automatic } = facts;
  if (automatic === null || maybePerson(facts)) return fromPerson(question, match, { ...base, reasons });
  const all = [...reasons, ...automaticReasons(facts), 'it is filed with the ticket and changes nothing'];
  const ofNotice = match.role?.kind === 'staff';
  // It is somebody's, though without words: staff read of it, and nothing else comes of it.
  const notifyStaff = automatic.kind === 'reaction';
  if (automatic.kind !== 'bounce')
    return { ...base, ...weaklyAutomatic(question, match), kind: 'automatic', notifyStaff, reasons: all };
  return { ...base, kind: 'bounce', notifyStaff: !ofNotice, reasons: all };
}

function matchReason(match: TicketMatch): string {
  const how = {
    'signed-address': 'an address that we signed names',
    'own-message-id': 'it answers a message of ours about',
    'message-id': 'it answers a message in',
    address: 'its address names',
    tag: 'its subject names',
    thread: 'it answers what messages answer in',
    'thread-index': "it is of a conversation of Outlook's in",
  }[match.by];
  return `${how} ticket ${match.via ?? match.number}`;
}

function mergeReasons({ number, via }: TicketMatch): string[] {
  return via === undefined ? [] : [`ticket ${via} was merged into ticket ${number}`];
}
