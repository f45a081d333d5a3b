/** The confirmation of a close that no message asked for: a command, or somebody who moved mail. */

import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { confirmedTo } from '../../desk/letters/to-people.js';
import { isLastWordCarried } from '../../desk/ticket/participants.js';
import { type Ticket } from '../../desk/ticket/ticket.js';
import type { Desk } from '../workplace/desk.js';
import { composeUnread } from './compose-letters.js';

/** Empty if the requester may not be written to. The same cause gives the same Message-ID. */
export function confirmationLetter(desk: Desk, ticket: Ticket, cause: string): readonly ComposedLetter[] {
  const to = confirmedTo(ticket);
  if (to === null || isLastWordCarried(desk.policy, ticket)) return [];
  // No message caused it, but it answers the ticket's last one.
  const { messageId = null, references = [] } = ticket.messages.at(-1)?.facts ?? {};
  const facts = { identity: cause, messageId, references, subject: ticket.entry.subject };
  return [composeUnread(desk, { facts, ticket }, { purpose: 'confirmation', to })];
}
