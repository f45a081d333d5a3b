/** Whether a subject is one that a ticket has had, whatever programs on the way have put in front of it. */
import type { Facts } from '../../message/facts/facts.js';
import { baseSubject, NO_SUBJECT } from '../../message/header/subject.js';
import type { DeskPolicy } from '../policy.js';
import { type Reader, type ReadSoFar, readOn } from '../ticket/read-on.js';
import type { Ticket, TicketMessage } from '../ticket/ticket.js';

/** A ticket whose mails have more subjects than that has none of its own. */
const MAX_SUBJECTS = 50;
/** A warning of a gateway, the number of somebody's tracker (`[EXT]`, `[Ticket#118192]`), or a mark of forwarding. */
const PUT_IN_FRONT = /^(?:\[[^[\]]{0,40}\]|(?:external|extern|fwd?|wg|tr|rv|vb|doorst|i|pd|enc)[:：]) ?/i;
const MAX_PUT_IN_FRONT = 5;

export function hasSubjectOf(policy: DeskPolicy, ticket: Ticket, { subject }: Facts): boolean {
  const begin = (): Set<string> => new Set([matterOf(policy, ticket.entry.subject)]);
  return readOn(subjectsOf, { policy, ticket }, { begin, read: noteSubject }).has(matterOf(policy, subject));
}

/** It has words, and is none that the ticket has had. */
export function hasNewSubject(policy: DeskPolicy, ticket: Ticket, facts: Facts): boolean {
  return baseSubject(facts.subject, policy.tag) !== NO_SUBJECT && !hasSubjectOf(policy, ticket, facts);
}

const subjectsOf: ReadSoFar<Set<string>> = new WeakMap();

function noteSubject(subjects: Set<string>, { facts }: TicketMessage, { policy }: Reader): void {
  if (subjects.size < MAX_SUBJECTS) subjects.add(matterOf(policy, facts.subject));
}

function matterOf({ tag }: DeskPolicy, subject: string): string {
  let matter = baseSubject(subject, tag).toLowerCase();
  for (let count = 0; count < MAX_PUT_IN_FRONT; count += 1) {
    const rest = matter.replace(PUT_IN_FRONT, '');
    if (rest === matter || rest === '') break;
    matter = baseSubject(rest, tag);
  }
  return matter;
}
