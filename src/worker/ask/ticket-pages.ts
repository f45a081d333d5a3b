/**
 * Tickets in pages, each read in a number of commands and bytes that does not grow with the archive.
 *
 * Entries of tickets lie in the register in order of number, so a page of the archive is a window of UIDs that is
 * searched from its end: the next page begins below the last entry that was shown. What a ticket's entry does not say, such
 * as how many messages it has, would have to be looked for in all of the register, and is left out for archived ones.
 */
import { stateOf, type TicketEntry, type TicketState } from '../../desk/ticket/ticket.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import type { Query } from '../../mailbox/store.js';
import type { Survey } from '../sight/survey.js';
import { waitingTickets } from '../sight/waiting.js';
import type { Desk } from '../workplace/desk.js';
import { backWindows } from './back-windows.js';
import { datesOf, lineOf, listTickets, type TicketLine } from './tickets.js';

/** A ticket in a list. What is null would cost more to find out than the list. */
export interface TicketRow extends Omit<TicketLine, 'updated' | 'messages'> {
  readonly updated: Date | null;
  readonly messages: number | null;
  /** Since when its requester waits; only in the list of those. */
  readonly since?: Date;
}

export interface TicketPage {
  readonly rows: readonly TicketRow[];
  /** Where the next page begins; null where this is the last. */
  readonly next: number | null;
}

export interface AskedPage {
  /** Where the page begins, as the page before has said; null for the first. */
  readonly from: number | null;
  readonly size: number;
}

/** Open ones, the last changed first. */
export async function openPage(desk: Desk, survey: Survey, asked: AskedPage): Promise<TicketPage> {
  const lines = await listTickets(desk, survey, new Set<TicketState>(['open']));
  return cutPage(
    [...lines].sort((a, b) => b.updated.getTime() - a.updated.getTime() || b.number - a.number),
    asked,
  );
}

/** Open ones whose last word is a customer's: who waits longest comes first. */
export async function waitingPage(desk: Desk, survey: Survey, asked: AskedPage): Promise<TicketPage> {
  const waiting = await waitingTickets(desk, survey);
  const rows = waiting.map(({ ticket, since }) => ({
    ...lineOf(ticket.entry, ticket.state, datesOf(ticket)),
    since,
  }));
  return cutPage(rows, asked);
}

function cutPage(rows: readonly TicketRow[], { from, size }: AskedPage): TicketPage {
  const start = from ?? 0;
  const end = start + size;
  return { rows: rows.slice(start, end), next: end < rows.length ? end : null };
}

const ARCHIVED: Query = {
  and: [
    { flag: '\\Answered', set: true },
    { header: 'X-Imapdesk-Entry', contains: 'ticket' },
  ],
};
/** So many UIDs are searched first. */
const FIRST_WINDOW = 512;
/** A page that is not full by then goes on with the next one. */
const MAX_WINDOWS = 12;

/** Archived ones, the highest number first. */
export async function archivedPage(desk: Desk, { from, size }: AskedPage): Promise<TicketPage> {
  const { store, folders } = desk;
  const found: number[] = [];
  let below = 1;
  let windows = 0;
  for await (const window of backWindows(desk, folders.register, {
    from,
    width: FIRST_WINDOW,
    query: ARCHIVED,
  })) {
    found.push(...window.uids);
    below = window.below;
    windows += 1;
    if (found.length > size || windows >= MAX_WINDOWS) break;
  }
  const shown = found.slice(0, size);
  const rows = archivedRows(await readEntries(store, folders.register, [...shown].reverse()));
  const last = shown.at(-1);
  if (found.length > size && last !== undefined) return { rows, next: last };
  return { rows, next: below > 1 ? below : null };
}

function archivedRows(entries: Parameters<typeof arbitrate>[0]): readonly TicketRow[] {
  const { tickets } = arbitrate(entries);
  return tickets
    .filter((record) => stateOf(record) === 'archived')
    .map((record) => rowOf(record, 'archived'))
    .sort((a, b) => b.number - a.number);
}

/** What the entry alone says. */
export function rowOf(entry: TicketEntry, state: TicketState): TicketRow {
  const { number, subject, requester, requesterName, opened } = entry;
  return { number, state, subject, requester, requesterName, opened, updated: null, messages: null };
}
