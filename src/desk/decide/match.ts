/**
 * Which ticket a message is about, strongest evidence first: a signed address, one of our own ids, the id of a
 * message that a ticket holds, a plain address, a subject tag. Conflicts go to the strongest; of equals, to the one
 * in which the sender takes part; else nobody can tell, and a person has to. What names no ticket may still belong to the
 * conversation of one (`shared-thread.ts`); where it may belong to several, it names none.
 */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { type Role, staffMemberOf } from '../sign/ticket-address.js';
import type { MatchKind } from '../ticket/decision.js';
import type { Ledger } from '../ticket/ledger.js';
import { marks, returnedMarks, signedRole } from '../ticket/marks.js';
import { participants } from '../ticket/participants.js';
import { sharedThread } from './shared-thread.js';

export interface TicketMatch {
  readonly number: number;
  readonly by: MatchKind;
  readonly role: Role | null;
  /** The number that the message names, where that one was merged into the ticket. */
  readonly via?: number;
}

export type MatchResult = TicketMatch | { readonly conflict: readonly number[] } | null;

const STRENGTH: readonly MatchKind[] = ['signed-address', 'own-message-id', 'message-id', 'address', 'tag'];

export function isParticipant(
  policy: DeskPolicy,
  ledger: Ledger,
  { facts, number }: { facts: Facts; number: number },
): boolean {
  const { address } = facts.sender;
  if (address === null) return false;
  if (ledger.offline) return true;
  const ticket = ledger.ticket(number);
  return ticket !== null && participants(policy, ticket).some((person) => sameAddress(person, address));
}

export function findMatch(policy: DeskPolicy, ledger: Ledger, facts: Facts): MatchResult {
  const evidence = namedTickets(policy, ledger, facts);
  for (const by of STRENGTH) {
    const named = [...new Set(evidence.filter((one) => one.by === by).map(({ number }) => number))];
    const numbers = [...new Set(named.map((one) => ledger.endOf(one)))];
    if (numbers.length === 0) continue;
    const number = theOneMeant(policy, ledger, { facts, numbers });
    if (number === null) return { conflict: numbers };
    const vias = named.filter((one) => ledger.endOf(one) === number);
    return { number, by, ...bestNamed(policy, ledger, { facts, number, by, vias }) };
  }
  return findThread(policy, ledger, facts);
}

function findThread(policy: DeskPolicy, ledger: Ledger, facts: Facts): TicketMatch | null {
  const found = sharedThread(policy, ledger, facts);
  if (found === null) return null;
  const number = theOneMeant(policy, ledger, { facts, numbers: found.numbers });
  return number === null ? null : { number, by: found.by, role: null };
}

/** The only ticket, or of several the only one in which the sender takes part. */
function theOneMeant(
  policy: DeskPolicy,
  ledger: Ledger,
  { facts, numbers }: { facts: Facts; numbers: readonly number[] },
): number | null {
  const theirs = (number: number): boolean => isParticipant(policy, ledger, { facts, number });
  const [number, another] = numbers.length === 1 ? numbers : numbers.filter(theirs);
  return number === undefined || another !== undefined ? null : number;
}

/** It names neither the ticket nor a message that we hold. */
export function isByThread({ by }: TicketMatch): boolean {
  return by === 'thread' || by === 'thread-index';
}

/**
 * Of the numbers that stand for the ticket the one that gives the sender most: a role that proves a staff member, else the
 * ticket's own number or one whose people joined it, else any.
 */
function bestNamed(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { facts: Facts; number: number; by: MatchKind; vias: readonly number[] },
): Pick<TicketMatch, 'role' | 'via'> {
  const { facts, number, by, vias } = about;
  const signed = by === 'signed-address' || by === 'own-message-id';
  const member = staffMemberOf(policy, facts.sender.address);
  const choices = vias.map((via) => {
    const role = signed ? signedRole(policy, facts, via) : null;
    const proves = role?.kind === 'staff' && role.member === member;
    return { role, via, worth: proves ? 2 : Number(ledger.merges.joins(via)) };
  });
  const best = choices.toSorted((a, b) => b.worth - a.worth)[0];
  if (best === undefined) return { role: null };
  return best.via === number ? { role: best.role } : { role: best.role, via: best.via };
}

function namedTickets(
  policy: DeskPolicy,
  ledger: Ledger,
  facts: Facts,
): readonly { by: MatchKind; number: number }[] {
  const answered = facts.references.flatMap((id) => ledger.numbersHolding(id));
  // A message that comes after the answer to it joins the ticket which that answer opened.
  const late = facts.messageId === null ? [] : ledger.ticketsAnswering(facts.messageId);
  const returned = facts.returnedIds.flatMap((id) => ledger.numbersHolding(id));
  const threads = [...answered, ...late, ...returned].map((number) => ({
    by: 'message-id' as const,
    number,
  }));
  // Other trackers write numbers so; where we never gave that number, the mark is none of ours.
  const named = marks(policy, facts).filter(({ hash, number }) => hash !== true || ledger.exists(number));
  return [...named, ...returnedMarks(policy, facts), ...threads];
}

/**
 * Whether a message asks to close the ticket. The mark does not count beside the ticket's normal address, nor in an
 * answer to a message that carried it.
 */
export function asksToClose(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { facts: Facts; number: number },
): boolean {
  const { facts, number } = about;
  const own = marks(policy, facts).filter((mark) => ledger.endOf(mark.number) === number);
  if (!own.some((mark) => mark.done)) return false;
  const normal = own.some((mark) => !mark.done && (mark.by === 'address' || mark.by === 'signed-address'));
  if (normal) return false;
  const answered = ledger.ticket(number)?.messages ?? [];
  return !answered.some(
    ({ facts: earlier }) =>
      earlier.messageId !== null &&
      facts.references.includes(earlier.messageId) &&
      marks(policy, earlier).some((mark) => ledger.endOf(mark.number) === number && mark.done),
  );
}
