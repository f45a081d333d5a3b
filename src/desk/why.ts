/** Why a new ticket has no acknowledgement, as staff read it in its filing note. */
import type { Facts } from '../message/facts.js';
import { silenceOf } from './authority.js';
import type { DeskPolicy, Phrase, StaffMember } from './policy.js';

/** For a message that is not answered: where nothing forbids it and no staff member wrote it, a limit is reached. */
export function whyNotAnswered(policy: DeskPolicy, facts: Facts, staff: StaffMember | null): Phrase {
  const found = silenceOf(policy, facts);
  if (found !== null) return { name: found.phrase };
  return { name: staff === null ? 'not-answered-limit' : 'not-answered-staff' };
}
