/**
 * Which tickets hold mail of a conversation that the desk came into late: by ids of mails that it never had, which held
 * messages name, and by Outlook's conversations.
 */
import type { Facts } from '../../message/facts/facts.js';
import { conversationIds } from '../../message/header/message-ids.js';
import type { ThreadIndex } from '../../message/header/thread-index.js';

/** What more tickets name than these is a mass mail, which each of its readers answers about a matter of their own. */
export const MAX_TICKETS_NAMING = 20;

export class Conversations {
  readonly #naming = new Map<string, Set<number>>();
  readonly #indexed = new Map<string, Set<number>>();

  /** What a message in a ticket tells; nothing where a machine or the desk itself wrote it. */
  note(facts: Facts, number: number): void {
    if (facts.automatic !== null || facts.origin !== null) return;
    for (const id of conversationIds(facts.references)) noteSome(this.#naming, id, number);
    if (facts.threadIndex !== undefined) noteSome(this.#indexed, facts.threadIndex.conversation, number);
  }

  /** The tickets in which messages name this id. */
  naming(id: string): readonly number[] {
    return numbersAt(this.#naming, id);
  }

  /** The tickets that hold mail of this conversation of Outlook's. */
  indexed({ conversation }: ThreadIndex): readonly number[] {
    return numbersAt(this.#indexed, conversation);
  }
}

export function noteAt(index: Map<string, Set<number>>, key: string, number: number): void {
  const numbers = index.get(key) ?? new Set<number>();
  index.set(key, numbers.add(number));
}

function noteSome(index: Map<string, Set<number>>, key: string, number: number): void {
  if ((index.get(key)?.size ?? 0) <= MAX_TICKETS_NAMING) noteAt(index, key, number);
}

function numbersAt(index: ReadonlyMap<string, ReadonlySet<number>>, key: string): readonly number[] {
  const numbers = index.get(key);
  return numbers === undefined || numbers.size > MAX_TICKETS_NAMING ? [] : [...numbers];
}
