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
import type { TicketMatch } from './match.js';
import { maybePerson, type Question } from './question.js';

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
function saysMore(question: Question, number: number): boolean {
  const { automatic, inWords } = question.facts;
  if (automatic === null || !inWords) return false;
  if (foundIn(question, number) !== null || ofMatter(question, number)) return false;
  return !isProgramsPhrase(beyondMatter(question, number).text);
}

/** Only the beginning of its subject spoke of a program, and that was not enough. */
function isByOpeningAlone({ automatic, inWords }: Facts): boolean {
  return automatic === null && inWords;
}

/** Whether it may be an absence note, or as well a person's answer to one. */
export function isDoubtful(question: Question, number: number): boolean {
  const { policy, facts } = question;
  if (isByOpeningAlone(facts)) return true;
  const found = foundIn(question, number);
  if (found === null) return false;
  return isOfPeople(found, facts) || (found.where !== 'closing' && isReplySubject(facts.subject, policy.tag));
}

/** People write such words of others, and at the end of what they ask. */
function isOfPeople({ whom, isPlain }: AbsenceWords, { sender }: Facts): boolean {
  return isPlain === true || (whom !== undefined && !isAboutSender(whom, sender));
}

/** A program may close nothing, and of these not even a reply mark says that a person wrote it. */
export function isByPlainWords(question: Question, number: number): boolean {
  const { facts } = question;
  if (isByOpeningAlone(facts)) return true;
  const found = foundIn(question, number);
  return found !== null && isOfPeople(found, facts);
}

function automaticByWords(question: Question, number: number): Automatic | null {
  const { automatic, inWords, asAnswer } = question.facts;
  if (automatic !== null && inWords) return ofMatter(question, number) ? null : automatic;
  if (!maybePerson(question.facts)) return automatic;
  if (asAnswer !== null) return carriedNote(question, number) ?? automatic;
  if (foundIn(question, number) === null || isDoubtful(question, number)) return automatic;
  return NOTE;
}

/** Where a program sent it, less is enough. */
function carriedNote(question: Question, number: number): Automatic | null {
  if (foundIn(question, number) !== null) return NOTE;
  const { text, subjects } = beyondMatter(question, number);
  const opening = autoReplyOpening(text);
  if (opening !== null && !hasWords(subjects, opening)) return NOTE;
  return isReceiptSubject(text) && !subjects.some(isReceiptSubject) ? RECEIPT : null;
}

/** The words by which it was taken for an automatic reply are the ticket's own. */
function ofMatter(question: Question, number: number): boolean {
  const { text, subjects } = beyondMatter(question, number);
  if (foundIn(question, number) !== null) return false;
  const opening = autoReplyOpening(text);
  return opening === null ? text.includes(MATTER) : hasWords(subjects, opening);
}

/** What it says beyond the matter counts; where the matter cannot be told from it, only words that the matter has not. */
function foundIn(question: Question, number: number): AbsenceWords | null {
  const { text, base, subjects } = beyondMatter(question, number);
  const beyond = text === base ? null : absenceWords(text);
  if (beyond !== null) return beyond;
  const found = absenceWords(base);
  return found === null || hasWords(subjects, found.words) ? null : found;
}

/** The subject with a sign in the place of the ticket's own; and the subjects of the ticket and of what was merged into it. */
function beyondMatter(
  { policy, ledger, facts }: Question,
  number: number,
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
