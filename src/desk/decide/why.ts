/** Why a new ticket has no acknowledgement, as staff read it in its filing note. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy, Phrase } from '../policy.js';
import { silenceOf } from './authority.js';

/** For a message that is not answered: where nothing forbids it and no staff member wrote it or passed it on, a limit is reached. */
export function whyNotAnswered(policy: DeskPolicy, facts: Facts, byStaff: boolean): Phrase {
  const found = silenceOf(policy, facts);
  if (found !== null) return { name: found.phrase };
  return { name: byStaff ? 'not-answered-staff' : 'not-answered-limit' };
}
