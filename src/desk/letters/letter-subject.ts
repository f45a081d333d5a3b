/** The subjects of letters: the ticket's own, with our tag, and with the marks of the trackers that its people use. */

import type { Facts } from '../../message/facts/facts.js';
import { addressKey, sameAddress } from '../../message/header/addresses.js';
import { baseSubject, NO_SUBJECT, replySubject, withTag } from '../../message/header/subject.js';
import { readTrackerMarks, type TrackerMark, withTrackerMarks } from '../../message/header/tracker-marks.js';
import type { DeskPolicy } from '../policy.js';
import { isRootOf } from '../ticket/merged.js';
import { participants } from '../ticket/participants.js';
import { type Reader, type ReadSoFar, readOn } from '../ticket/read-on.js';
import { type Ticket, type TicketMessage } from '../ticket/ticket.js';
import { answerAddress, isSignedForRequester } from './audience.js';

/** Of the marks in one person's mail no more are named again, the newest first. */
const MAX_MARKS = 3;
/** Mail about mail, whose subject is another message's. */
const ABOUT_MAIL: ReadonlySet<string> = new Set(['bounce', 'delivery-notice', 'read-receipt', 'report']);

/**
 * Of a letter about a ticket. `answers` says that it answers somebody's mail, and begins with "Re:"; in any other the tag
 * says what has become of the ticket, if `state` does.
 */
export function ticketSubject(
  policy: DeskPolicy,
  about: {
    readonly subject: string;
    readonly number: number;
    readonly answers: boolean;
    readonly marks: readonly TrackerMark[];
    readonly state?: string | null;
  },
): string {
  const { tag } = policy;
  const base = baseSubject(about.subject, tag);
  const shown = base === NO_SUBJECT ? policy.phrase('no-subject') : base;
  const subject = withTrackerMarks(shown, about.marks, tag);
  return about.answers ? replySubject(subject, tag, about.number) : withTag(subject, tag, about);
}

/**
 * The marks that a participant's tracker has put into what it sent for the ticket, the newest first, one of each form.
 * They go to that person alone. Of somebody new there are none.
 */
export function marksOf(policy: DeskPolicy, ticket: Ticket, to: string): readonly TrackerMark[] {
  const person = participants(policy, ticket).find(
    (one) => sameAddress(one, to) || sameAddress(answerAddress(policy, ticket, one), to),
  );
  if (person === undefined) return [];
  const told = readOn(marksSoFar, { policy, ticket }, { begin, read: noteMarks });
  const found = told.marks.get(addressKey(person) ?? person);
  return found === undefined ? [] : [...found.values()].toReversed().slice(0, MAX_MARKS);
}

interface Told {
  /** The ids of what lies in the ticket. */
  readonly held: Set<string>;
  /** By the sender, then by form; the oldest first. */
  readonly marks: Map<string, Map<string, TrackerMark>>;
}

const marksSoFar: ReadSoFar<Told> = new WeakMap();

function begin(): Told {
  return { held: new Set(), marks: new Map() };
}

function noteMarks({ held, marks }: Told, { facts }: TicketMessage, { policy, ticket }: Reader): void {
  const { address } = facts.sender;
  const key = address === null ? null : addressKey(address);
  const isAnswer = facts.references.some((id) => held.has(id) || id === ticket.entry.rootMessageId);
  if (facts.messageId !== null) held.add(facts.messageId);
  if (key === null || !mayBeTheirs(policy, ticket, { facts, isAnswer })) return;
  const known = marks.get(key) ?? new Map<string, TrackerMark>();
  for (const mark of readTrackerMarks(baseSubject(facts.subject, policy.tag), policy.tag)) {
    known.delete(mark.form);
    known.set(mark.form, mark);
  }
  if (known.size > 0) marks.set(key, known);
}

/** As much as would let its sender close the ticket. Their tracker's own acknowledgement is often where the mark first stands. */
function mayBeTheirs(
  policy: DeskPolicy,
  ticket: Ticket,
  { facts, isAnswer }: { facts: Facts; isAnswer: boolean },
): boolean {
  const { dmarc } = facts.authentication;
  if (dmarc === 'fail' || ABOUT_MAIL.has(facts.automatic?.kind ?? '')) return false;
  if (isSignedForRequester(policy, ticket, facts) || isRootOf(ticket, facts)) return true;
  return !policy.forwarded && (isAnswer || dmarc === 'pass' || policy.authservId === null);
}
