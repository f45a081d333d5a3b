/** Whose turn it is in a ticket. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { isInside } from './participants.js';
import type { Ticket } from './ticket.js';

export interface Unanswered {
  /** Of the first message that has had no answer. */
  readonly identity: string;
  readonly since: Date;
}

/**
 * The first of the messages that people outside have written since the last word of ours; null where ours is the last. Ours is
 * what went to people: a reply that was passed on, or written in the desk's account or to them directly. An acknowledgement
 * is none, a note among colleagues is none, and what programs write is nobody's word.
 */
export function unanswered(policy: DeskPolicy, { messages }: Pick<Ticket, 'messages'>): Unanswered | null {
  let first: Facts | null = null;
  for (const { facts } of messages.toReversed()) {
    const whose = wordOf(policy, facts);
    if (whose === 'ours') break;
    if (whose === 'theirs') first = facts;
  }
  return first === null ? null : { identity: first.identity, since: first.receivedAt };
}

function wordOf(policy: DeskPolicy, facts: Facts): 'ours' | 'theirs' | null {
  if (facts.automatic !== null) return null;
  if (isOwn(policy, facts) || facts.fromAccount === true) return 'ours';
  const { address } = facts.sender;
  if (address === null || !isInside(policy, address)) return 'theirs';
  return facts.toAndCc.some((to) => !isInside(policy, to.address)) ? 'ours' : null;
}
