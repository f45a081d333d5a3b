/** The marks in a message that name a ticket: signed addresses and ids, plain addresses, subject tags. */
import type { Facts } from '../../message/facts/facts.js';
import { readTags, type SubjectTag } from '../../message/header/subject.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import {
  isOurId,
  type Role,
  readSignedId,
  readTicketAddress,
  staffMemberOf,
} from '../sign/ticket-address.js';
import { ownTags } from './their-tags.js';

export interface Mark {
  readonly by: 'signed-address' | 'own-message-id' | 'address' | 'tag';
  readonly number: number;
  /** null for a plain address or a tag. */
  readonly role: Role | null;
  /** The mark asks for a close. */
  readonly done: boolean;
  /** The mark is the address for what only staff shall read. */
  readonly note: boolean;
  /** A tag with a number sign: see `SubjectTag`. */
  readonly hash?: true;
}

/** Facts never change, and a pass asks for the same ones many times: verifying a mark costs a signature for each role. */
const marksOf = new WeakMap<Facts, { readonly policy: DeskPolicy; readonly marks: readonly Mark[] }>();

export function marks(policy: DeskPolicy, facts: Facts): readonly Mark[] {
  const known = marksOf.get(facts);
  if (known?.policy === policy) return known.marks;
  const found = readMarks(policy, facts);
  marksOf.set(facts, { policy, marks: found });
  return found;
}

/** In one message no more marks are verified: what else it names is plain. The delivery's own fields come first. */
const MAX_VERIFIED_MARKS = 10;

function readMarks(policy: DeskPolicy, facts: Facts): readonly Mark[] {
  const found: Mark[] = [];
  let verified = 0;
  for (const address of facts.recipients) {
    const named = readTicketAddress(policy, address, false);
    if (named === null) continue;
    verified += 1;
    const role = verified > MAX_VERIFIED_MARKS ? null : (readTicketAddress(policy, address)?.role ?? null);
    found.push({ ...named, role, by: role === null ? 'address' : 'signed-address' });
  }
  // Ids that another desk of this software has signed end in its domain, and shall not crowd out ours.
  const ownIds = facts.references.filter((id) => isOurId(policy, id));
  found.push(...markedIds(policy, ownIds.slice(0, MAX_VERIFIED_MARKS)));
  const signed = new Set(found.flatMap(({ number, role }) => (role === null ? [] : [number])));
  const tags = readTags(facts.subject, policy.tag);
  for (const tag of ownTags(policy, facts, { tags, signed }))
    found.push({ by: 'tag', role: null, note: false, ...tag });
  return found;
}

/** The subject tags that are somebody else's. */
export function theirTags(policy: DeskPolicy, facts: Facts): readonly SubjectTag[] {
  const own = marks(policy, facts).filter(({ by }) => by === 'tag');
  return readTags(facts.subject, policy.tag).filter(
    ({ number, done }) => !own.some((mark) => mark.number === number && mark.done === done),
  );
}

/** What a bounce's returned message proves: it was ours, and about this ticket. No power comes of it. */
export function returnedMarks(policy: DeskPolicy, facts: Facts): readonly Mark[] {
  return markedIds(policy, facts.returnedIds);
}

function markedIds(policy: DeskPolicy, ids: readonly string[]): readonly Mark[] {
  return ids.flatMap((id): readonly Mark[] => {
    const named = readSignedId(policy, id);
    if (named === null || named.number === 0) return [];
    return [{ ...named, by: 'own-message-id', done: false, note: false }];
  });
}

/**
 * Whether a message comes back from, or answers, what the desk wrote to its own staff. Nobody is told of such mail: the
 * letter that told of it could come back as well.
 */
export function answersOwnStaff(policy: DeskPolicy, facts: Facts): boolean {
  const addressed = marks(policy, facts).some(({ role }) => role?.kind === 'staff');
  const named = [...facts.references, ...facts.returnedIds].map((id) => readSignedId(policy, id));
  return addressed || named.some((own) => own !== null && own.role.kind === 'staff');
}

const numbersOf = new WeakMap<Facts, { readonly policy: DeskPolicy; readonly numbers: readonly number[] }>();

/** The numbers that signed marks of a message name. */
export function signedNumbers(policy: DeskPolicy, facts: Facts): readonly number[] {
  const known = numbersOf.get(facts);
  if (known?.policy === policy) return known.numbers;
  const numbers = readSignedNumbers(policy, facts);
  numbersOf.set(facts, { policy, numbers });
  return numbers;
}

function readSignedNumbers(policy: DeskPolicy, facts: Facts): readonly number[] {
  const numbers = new Set<number>();
  for (const mark of marks(policy, facts)) if (mark.role !== null) numbers.add(mark.number);
  const own = facts.messageId !== null && isOwn(policy, facts) ? readSignedId(policy, facts.messageId) : null;
  if (own !== null && own.number > 0) numbers.add(own.number);
  return [...numbers];
}

/**
 * The one ticket that all signed marks of a message agree on; null without marks, or where they disagree. `endOf` says
 * which ticket a number stands for.
 */
export function signedTicket(
  policy: DeskPolicy,
  facts: Facts,
  endOf: (number: number) => number = (number) => number,
): number | null {
  const numbers = signedNumbers(policy, facts);
  const [first, second] = numbers;
  if (first === undefined) return null;
  // A pass asks this of all that lies in Open, and nearly all of it names one.
  if (second === undefined) return endOf(first);
  const [only, another] = new Set(numbers.map(endOf));
  return only !== undefined && another === undefined ? only : null;
}

/**
 * The role in which a message was signed for a ticket. A staff member's mark counts for that member alone; in
 * anybody else's hands it is no better than the plain form, and is answered only where nothing better is there.
 */
export function signedRole(policy: DeskPolicy, facts: Facts, number: number): Role | null {
  const all = [...marks(policy, facts), ...returnedMarks(policy, facts)];
  const roles = all.flatMap((mark) => (mark.number === number && mark.role !== null ? [mark.role] : []));
  const member = staffMemberOf(policy, facts.sender.address);
  return (
    roles.find((role) => role.kind === 'staff' && role.member === member) ??
    roles.find((role) => role.kind === 'requester') ??
    roles[0] ??
    null
  );
}
