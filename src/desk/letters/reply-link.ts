/** A link by which a staff member's mail program opens a new mail that will be a reply in a ticket (mailto:, RFC 6068). */
import { cleanText } from '../../message/header/encoded-words.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { signedTicketAddress } from '../sign/ticket-address.js';
import type { Ticket } from '../ticket/ticket.js';
import { ticketSubject } from './letter-subject.js';

const MAX_SUBJECT_CHARS = 200;

/** To the ticket's address as signed for that member; where the host has none such, its number in the subject is what counts. */
export function replyLink(policy: DeskPolicy, { entry }: Ticket, member: StaffMember): string {
  const { number } = entry;
  const address = signedTicketAddress(policy, number, { kind: 'staff', member });
  const subject = cleanText(entry.subject, MAX_SUBJECT_CHARS);
  const shown = ticketSubject(policy, { subject, number, answers: true, marks: [] });
  return `mailto:${writtenAddress(address)}?subject=${encodeURIComponent(shown)}`;
}

/** A plus sign may stand as it is (§2), but some programs read it as a space. */
function writtenAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${encodeURIComponent(address.slice(0, at))}@${encodeURIComponent(address.slice(at + 1))}`;
}
