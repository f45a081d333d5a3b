/**
 * The form of the desk's own site: it sends as the desk, and names the visitor in Reply-To. So does anybody who likes:
 * the visitor gets no power by it, and an acknowledgement as whoever stands in a forged From does, within the limits.
 *
 * Mail that answers something or names a ticket is left alone, and so is whatever bears our signed field, true or not:
 * the desk's own letters do, and a list that the desk has written to may have put its own Reply-To into them.
 */

import type { AutomaticKind } from '../../message/automatic/classification.js';
import type { Facts } from '../../message/facts/facts.js';
import { onlyMailbox, sameAddress } from '../../message/header/addresses.js';
import type { Mailbox } from '../../message/header/mailbox.js';
import type { DeskPolicy } from '../policy.js';
import { marks } from '../ticket/marks.js';
import { isInside } from '../ticket/participants.js';

/** What a form may say of its own mail. All other kinds come back to the desk's address, or through a list. */
const OF_A_FORM: readonly AutomaticKind[] = ['generated', 'bulk'];

function mayBeOfForm({ automatic, onlyUnsubscribes, byPeoplesClient }: Facts): boolean {
  // Somebody in the desk's account: also where their program saves no copy among sent mail.
  if (byPeoplesClient === true) return false;
  if (automatic === null || OF_A_FORM.includes(automatic.kind)) return true;
  // The service that sends for the site offers to unsubscribe, and no list has passed it on.
  return automatic.kind === 'list' && onlyUnsubscribes === true;
}

/** The visitor for whom the site's form has written; null for all other mail. */
export function visitorOf(policy: DeskPolicy, facts: Facts): Mailbox | null {
  const { sender, origin, references, listIds, replyTo } = facts;
  if (sender.address === null || !sameAddress(sender.address, policy.address) || origin !== null) return null;
  if (!mayBeOfForm(facts)) return null;
  if (references.length > 0 || listIds.length > 0 || marks(policy, facts).length > 0) return null;
  const visitor = onlyMailbox(replyTo.filter(({ address }) => !sameAddress(address, policy.address)));
  return visitor === null || isInside(policy, visitor.address) ? null : visitor;
}
