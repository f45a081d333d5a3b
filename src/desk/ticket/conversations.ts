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
  readonly #naming: NumbersBy = new Map();
  readonly #indexed: NumbersBy = new Map();

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

/** Each once, by some name. Most have one: a set for each would take more than all the rest. */
export type NumbersBy = Map<string, number | Set<number>>;

export function noteAt(index: NumbersBy, key: string, number: number): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, number);
  else if (typeof known !== 'number') known.add(number);
  else if (known !== number) index.set(key, new Set([known, number]));
}

export function notedAt(index: NumbersBy, key: string): readonly number[] {
  const known = index.get(key);
  if (known === undefined) return [];
  return typeof known === 'number' ? [known] : [...known];
}

function noteSome(index: NumbersBy, key: string, number: number): void {
  const known = index.get(key);
  if (typeof known !== 'object' || known.size <= MAX_TICKETS_NAMING) noteAt(index, key, number);
}

function numbersAt(index: NumbersBy, key: string): readonly number[] {
  const numbers = notedAt(index, key);
  return numbers.length > MAX_TICKETS_NAMING ? [] : numbers;
}
