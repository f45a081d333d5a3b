/** Whose matter a ticket is of which the register has lost its entry, by its first message. */
import { provenStaff } from '../../desk/decide/authority.js';
import { whoseMatter } from '../../desk/decide/on-behalf.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { type Requester, senderOf, type TicketEntry } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import { withoutForMarks } from '../../message/header/for-mark.js';

/** What the opening mail says; of an attached message nothing is read here, but the desk may have written to its author. */
export function openedBy(
  policy: DeskPolicy,
  facts: Facts,
  desk: { readonly written: string | null; readonly isKnown: boolean },
): Pick<TicketEntry, 'requester' | 'requesterName' | 'requesterFrom' | 'subject' | 'opened'> {
  const { receivedAt: opened } = facts;
  const { written, isKnown } = desk;
  const staff = provenStaff(policy, facts, null);
  const author: Requester | null =
    staff === null || written === null ? null : { address: written, name: '', from: 'forwarded' };
  const from = whoseMatter(policy, facts, staff !== null).requester ?? author ?? senderOf(facts);
  return {
    requester: isKnown ? from.address : written,
    requesterName: from.name,
    requesterFrom: from.from,
    subject: staff === null ? facts.subject : withoutForMarks(facts.subject),
    opened,
  };
}
