/** Messages by the mail that they are deliveries of. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import { isDeskAddress } from '../sign/ticket-address.js';
import { addressInFrom } from './in-its-name.js';

/** Deliveries of one mail have one Message-ID, so what else they have in common matters only where two have the same. */
export class Deliveries {
  readonly #policy: DeskPolicy;
  readonly #messagesOf: (ticket: number) => readonly { readonly facts: Facts }[];
  /** The first one that was noted, by Message-ID; of a packed one the ticket in which it is. */
  readonly #first = new Map<string, Facts | number>();
  /** Those of Message-IDs that were noted more than once. */
  readonly #events = new Map<string, Facts[]>();

  constructor(policy: DeskPolicy, messagesOf: (ticket: number) => readonly { readonly facts: Facts }[]) {
    this.#policy = policy;
    this.#messagesOf = messagesOf;
  }

  /** What has no Message-ID is no delivery of anything. */
  note(facts: Facts): void {
    if (facts.messageId === null) return;
    const first = this.#firstOf(facts.messageId);
    if (first === undefined) this.#first.set(facts.messageId, facts);
    else if (first !== facts) for (const one of [first, facts]) this.#noteEvent(one);
  }

  other(facts: Facts): Facts | null {
    const first = facts.messageId === null ? undefined : this.#firstOf(facts.messageId);
    if (first === undefined) return null;
    const event = eventOf(this.#policy, facts);
    const known = this.#events.get(event) ?? (eventOf(this.#policy, first) === event ? [first] : []);
    return known.find(({ identity }) => identity !== facts.identity) ?? null;
  }

  /** It is kept as a message of that ticket from now on. */
  pack(facts: Facts, ticket: number): void {
    if (facts.messageId !== null && this.#first.get(facts.messageId) === facts)
      this.#first.set(facts.messageId, ticket);
  }

  #firstOf(messageId: string): Facts | undefined {
    const first = this.#first.get(messageId);
    if (typeof first !== 'number') return first;
    return this.#messagesOf(first).find(({ facts }) => facts.messageId === messageId)?.facts;
  }

  #noteEvent(facts: Facts): void {
    const event = eventOf(this.#policy, facts);
    const known = this.#events.get(event) ?? [];
    // Two of one event are enough to find another one for either.
    if (known.length < 2 && known[0]?.identity !== facts.identity) known.push(facts);
    this.#events.set(event, known);
  }
}

/**
 * What two deliveries of one mail have in common, whatever trace fields they got. What people send from the desk's
 * account lies in the folder of sent mail as they wrote it, and may come to the inbox in another encoding.
 */
function eventOf(policy: DeskPolicy, facts: Facts): string {
  const { messageId, bodySize, originSubject } = facts;
  const from = addressInFrom(facts);
  const fromDesk = from !== null && isDeskAddress(policy, from);
  return `${messageId ?? ''}\n${fromDesk ? 'any' : bodySize}\n${originSubject}`;
}
