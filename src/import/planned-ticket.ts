/** What of the files is one ticket: as it lies there, and as the import makes it. */
import type { TicketState } from '../desk/ticket/ticket.js';
import type { ListedTicket } from '../mbox/list.js';
import type { Mailbox } from '../message/header/mailbox.js';
import type { Outlined } from './outline.js';
import type { SourceGroup } from './source.js';

export interface OutlinedGroup extends Omit<SourceGroup, 'messages'> {
  readonly messages: readonly Outlined[];
}

export interface PlannedTicket {
  readonly number: number;
  /** The number that it had where it comes from; null for none. */
  readonly was: number | null;
  readonly state: TicketState;
  /** The register has an entry of it. */
  readonly isThere: boolean;
  readonly listed: ListedTicket | null;
  readonly requesters?: readonly Mailbox[];
  /** In order of arrival, each once; the first one opened the ticket, unless the list names another one. */
  readonly messages: readonly Outlined[];
}
