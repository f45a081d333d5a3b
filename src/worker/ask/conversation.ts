/** A ticket as a conversation, for `show` and the pages: what it is about, its messages, and what has still to leave. */
import { openerOf } from '../../desk/decide/on-behalf.js';
import type { StaffMember } from '../../desk/policy.js';
import type { RequesterFrom, Ticket } from '../../desk/ticket/ticket.js';
import type { Desk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { type MessageRange, type ReadableMessage, readTicket } from './reading.js';
import { datesOf, lineOf, type SeenTicket, type TicketLine, viewTicket } from './tickets.js';

export interface Conversation {
  /** The number that was asked for. */
  readonly asked: number;
  readonly line: TicketLine;
  /** Numbers that were merged into it, ascending. */
  readonly merged: readonly number[];
  readonly requesterFrom: RequesterFrom;
  /** Who opened it for somebody else. */
  readonly openedBy: string | null;
  /** All of them, or those of the range. */
  readonly messages: readonly ReadableMessage[];
  readonly waiting: readonly OutboxCopy[];
  readonly ticket: Ticket;
}

/** null where no desk has begun, or no such number was given. */
export async function readConversation(
  desk: Desk,
  asked: number,
  range?: MessageRange,
): Promise<Conversation | null> {
  const seen = await viewTicket(desk, asked);
  return seen === null ? null : conversationOf(desk, { ...seen, asked }, range);
}

/** Of a ticket that has been looked at. */
export async function conversationOf(
  desk: Desk,
  { ticket, survey, asked }: SeenTicket & { readonly asked: number },
  range?: MessageRange,
): Promise<Conversation> {
  const merged = (ticket.merged ?? []).map(({ entry }) => entry.number).sort((a, b) => a - b);
  const numbers = new Set<number | null>([ticket.entry.number, ...merged]);
  return {
    asked,
    merged,
    line: lineOf(ticket.entry, ticket.state, datesOf(ticket)),
    requesterFrom: ticket.entry.requesterFrom,
    openedBy: nameOf(openerOf(desk.policy, ticket)),
    messages: await readTicket(desk, ticket, range),
    waiting: survey.outbox.filter(({ stage }) => stage !== null && numbers.has(stage.ticket)),
    ticket,
  };
}

function nameOf(member: StaffMember | null): string | null {
  return member === null ? null : member.name || (member.addresses[0] ?? null);
}
