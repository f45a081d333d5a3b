/**
 * Which tickets hold mail of a conversation that the desk came into late: by ids of mails that it never had, which held
 * messages name, and by Outlook's conversations.
 */
import type { Facts } from '../../message/facts/facts.js';
import { conversationIds } from '../../message/header/message-ids.js';
import type { ThreadIndex } from '../../message/header/thread-index.js';
import { NumbersByKey } from './numbers-by-key.js';

/** What more tickets name than these is a mass mail, which each of its readers answers about a matter of their own. */
export const MAX_TICKETS_NAMING = 20;

export class Conversations {
  readonly #naming = new NumbersByKey();
  readonly #indexed = new NumbersByKey();

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

function noteSome(index: NumbersByKey, key: string, number: number): void {
  if (index.countAt(key) <= MAX_TICKETS_NAMING) index.note(key, number);
}

function numbersAt(index: NumbersByKey, key: string): readonly number[] {
  return index.countAt(key) > MAX_TICKETS_NAMING ? [] : index.at(key);
}
