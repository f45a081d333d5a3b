/** Whose mailboxes hold copies of what is erased: who wrote it, and who got it. */
import type { DeskPolicy } from '../../desk/policy.js';
import { isDeskAddress } from '../../desk/sign/ticket-address.js';
import type { ErasableMessage } from './erasure.js';

/** The desk's own addresses are left out; in order of the alphabet. */
export function peopleOf(policy: DeskPolicy, messages: readonly ErasableMessage[]): readonly string[] {
  const people = new Map<string, string>();
  for (const { facts } of messages)
    for (const address of [facts.sender.address, ...facts.toAndCc.map((one) => one.address)])
      if (address !== null && !isDeskAddress(policy, address)) people.set(address.toLowerCase(), address);
  return [...people.values()].toSorted();
}
