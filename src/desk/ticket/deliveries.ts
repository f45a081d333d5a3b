/** Messages by the mail that they are deliveries of. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import { isDeskAddress } from '../sign/ticket-address.js';
import { addressInFrom } from './in-its-name.js';

export class Deliveries {
  readonly #policy: DeskPolicy;
  readonly #known = new Map<string, Facts[]>();

  constructor(policy: DeskPolicy) {
    this.#policy = policy;
  }

  note(facts: Facts): void {
    const event = eventOf(this.#policy, facts);
    const known = this.#known.get(event) ?? [];
    // Two of one event are enough to find another one for either.
    if (known.length < 2 && known[0]?.identity !== facts.identity) known.push(facts);
    this.#known.set(event, known);
  }

  other(facts: Facts): Facts | null {
    const known = this.#known.get(eventOf(this.#policy, facts)) ?? [];
    return known.find(({ identity }) => identity !== facts.identity) ?? null;
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
