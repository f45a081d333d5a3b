/**
 * What the subject of an answer says of who wrote it. Absence notes of client-side rules, of Notes and of other desks
 * have no field that says so; people who answer such a note, or have a question about one, use the same words. So
 * words that the ticket's own subject has prove nothing, and a reply mark in front leaves a doubt.
 *
 * A doubt only takes away: such mail is told to staff, but it reopens nothing and is passed on to nobody outside.
 */
import {
  type AbsenceWords,
  absenceWords,
  autoReplyOpening,
  isProgramsPhrase,
  MATTER,
} from '../../message/automatic/absence-words.js';
import { isAboutSender } from '../../message/automatic/absent-person.js';
import type { Automatic } from '../../message/automatic/classification.js';
import { isReceiptSubject } from '../../message/automatic/receipt-words.js';
import type { Facts } from '../../message/facts/facts.js';
import { baseSubject, isReplySubject } from '../../message/header/subject.js';
import type { DeskPolicy } from '../policy.js';
import type { Ledger } from '../ticket/ledger.js';
import type { TicketMatch } from './match.js';
import type { Question } from './question.js';

const NOTE: Automatic = { kind: 'auto-reply', because: ['Its subject is that of an absence note.'] };
const RECEIPT: Automatic = {
  kind: 'auto-reply',
  because: ['Its subject is that of a receipt, and a program sent it.'],
};

/** The same question with what the words of its subject say, now that it is known which ticket it is about. */
export function withProgramWords(question: Question, match: TicketMatch): Question {
  const { facts } = question;
  const { number } = match;
  if (match.role !== null && saysMore(question, number))
    return { ...question, facts: { ...facts, automatic: null } };
  const automatic = automaticByWords(question, number);
  return automatic === facts.automatic
    ? question
    : { ...question, facts: { ...facts, automatic, inWords: automatic !== null } };
}

/**
 * It begins with such words and goes on with others, and no mail client has written its name into it: webmail writes none.
 * With a mark that we signed staff are told; only without one it is filed as a program's.
 */
function saysMore({ policy, ledger, facts }: Question, number: number): boolean {
  if (facts.automatic === null || !facts.inWords) return false;
  const about = { facts, number };
  if (foundIn(policy, ledger, about) !== null || ofMatter(policy, ledger, about)) return false;
  return !isProgramsPhrase(beyondMatter(policy, ledger, about).text);
}

/** Only the beginning of its subject spoke of a program, and that was not enough. */
function isByOpeningAlone({ automatic, inWords }: Facts): boolean {
  return automatic === null && inWords;
}

/** Whether it may be an absence note, or as well a person's answer to one. */
export function isDoubtful({ policy, ledger, facts }: Question, number: number): boolean {
  if (isByOpeningAlone(facts)) return true;
  const found = foundIn(policy, ledger, { facts, number });
  if (found === null) return false;
  return isOfPeople(found, facts) || (found.where !== 'closing' && isReplySubject(facts.subject, policy.tag));
}

/** People write such words of others, and at the end of what they ask. */
function isOfPeople({ whom, isPlain }: AbsenceWords, { sender }: Facts): boolean {
  return isPlain === true || (whom !== undefined && !isAboutSender(whom, sender));
}

/** A program may close nothing, and of these not even a reply mark says that a person wrote it. */
export function isByPlainWords({ policy, ledger, facts }: Question, number: number): boolean {
  const found = isByOpeningAlone(facts) ? null : foundIn(policy, ledger, { facts, number });
  return isByOpeningAlone(facts) || (found !== null && isOfPeople(found, facts));
}

function automaticByWords(question: Question, number: number): Automatic | null {
  const { policy, ledger, facts } = question;
  const { automatic } = facts;
  const about = { facts, number };
  if (automatic !== null && facts.inWords) return ofMatter(policy, ledger, about) ? null : automatic;
  if (automatic !== null && automatic.kind !== 'list' && automatic.kind !== 'bulk') return automatic;
  if (facts.asAnswer !== null) return carriedNote(policy, ledger, about) ?? automatic;
  if (foundIn(policy, ledger, about) === null || isDoubtful(question, number)) return automatic;
  return NOTE;
}

/** Where a program sent it, less is enough. */
function carriedNote(policy: DeskPolicy, ledger: Ledger, about: About): Automatic | null {
  if (foundIn(policy, ledger, about) !== null) return NOTE;
  const { text, subjects } = beyondMatter(policy, ledger, about);
  const opening = autoReplyOpening(text);
  if (opening !== null && !hasWords(subjects, opening)) return NOTE;
  return isReceiptSubject(text) && !subjects.some(isReceiptSubject) ? RECEIPT : null;
}

/** The words by which it was taken for an automatic reply are the ticket's own. */
function ofMatter(policy: DeskPolicy, ledger: Ledger, about: About): boolean {
  const { text, subjects } = beyondMatter(policy, ledger, about);
  if (foundIn(policy, ledger, about) !== null) return false;
  const opening = autoReplyOpening(text);
  return opening === null ? text.includes(MATTER) : hasWords(subjects, opening);
}

interface About {
  readonly facts: Facts;
  readonly number: number;
}

/** What it says beyond the matter counts; where the matter cannot be told from it, only words that the matter has not. */
function foundIn(policy: DeskPolicy, ledger: Ledger, about: About): AbsenceWords | null {
  const { text, base, subjects } = beyondMatter(policy, ledger, about);
  const beyond = text === base ? null : absenceWords(text);
  if (beyond !== null) return beyond;
  const found = absenceWords(base);
  return found === null || hasWords(subjects, found.words) ? null : found;
}

/** The subject with a sign in the place of the ticket's own; and the subjects of the ticket and of what was merged into it. */
function beyondMatter(
  policy: DeskPolicy,
  ledger: Ledger,
  { facts, number }: About,
): { readonly text: string; readonly base: string; readonly subjects: readonly string[] } {
  const ticket = ledger.ticket(number);
  const entries = ticket === null ? [] : [ticket.entry, ...(ticket.merged ?? []).map(({ entry }) => entry)];
  const subjects = entries.map(({ subject }) => baseSubject(subject, policy.tag));
  const base = baseSubject(facts.subject, policy.tag);
  const own = subjects.find((subject) => base.includes(subject));
  return { text: own === undefined ? base : base.replace(own, () => MATTER), base, subjects };
}

function hasWords(subjects: readonly string[], words: string): boolean {
  return subjects.some((subject) => subject.toLowerCase().includes(words.toLowerCase()));
}
