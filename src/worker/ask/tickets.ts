/**
 * Tickets for people to look at. Open ones come with the survey that every pass takes. Archived ones are asked for
 * by name or on purpose: then the register's entries and hints say where their messages are, and the archive is
 * asked for those messages' dates alone, many at a time.
 */
import {
  type StoredTicket,
  stateOf,
  type Ticket,
  type TicketEntry,
  type TicketMessage,
  type TicketState,
} from '../../desk/ticket/ticket.js';
import type { HintRecord, Registered } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import type { Query } from '../../mailbox/store.js';
import { Problem } from '../../problem/problem.js';
import { loadArchived, locateArchived } from '../sight/archive.js';
import { hasBegun } from '../sight/beginning.js';
import { resolveMerges, type Survey, takeSurvey } from '../sight/survey.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';

export interface TicketLine {
  readonly number: number;
  readonly state: TicketState;
  readonly subject: string;
  readonly requester: string | null;
  readonly requesterName: string;
  readonly opened: Date;
  /** When its newest message arrived. */
  readonly updated: Date;
  /** How many messages lie with it, the desk's own copies included. */
  readonly messages: number;
}

/** A desk seen without changing it; null where no desk has taken the mailbox on yet. */
export async function viewDesk(desk: Desk): Promise<Survey | null> {
  return (await hasBegun(desk)) ? takeSurvey(desk) : null;
}

export interface SeenTicket {
  readonly ticket: Ticket;
  readonly survey: Survey;
}

/** null where no desk has begun, or no such number was given. */
export async function viewTicket(desk: Desk, number: number): Promise<SeenTicket | null> {
  const survey = await viewDesk(desk);
  const ticket = survey === null ? null : await findTicket(desk, survey, number);
  return survey === null || ticket === null ? null : { ticket, survey };
}

/** In order of number. A ticket that is still being filed is none for people yet. */
export async function listTickets(
  desk: Desk,
  survey: Survey,
  states: ReadonlySet<TicketState>,
): Promise<readonly TicketLine[]> {
  const lines: TicketLine[] = [];
  if (states.has('open')) {
    for (const ticket of survey.ledger.tickets) {
      if (ticket.state !== 'open') continue;
      const messages = await messagesOf(desk, survey, ticket);
      if (messages !== null) lines.push(lineOf(ticket.entry, 'open', datesOf({ messages })));
    }
  }
  if (states.has('archived')) lines.push(...(await archivedLines(desk, survey)));
  return lines.sort((a, b) => a.number - b.number);
}

/** The ticket that a number stands for, with its messages, wherever they lie; null if no such number was given. */
export async function findTicket(desk: Desk, survey: Survey, number: number): Promise<Ticket | null> {
  await resolveMerges(desk, survey, [number]);
  await loadArchived(desk, survey, [number]);
  const ticket = survey.ledger.ticket(number);
  if (ticket === null) return null;
  const messages = await messagesOf(desk, survey, ticket);
  if (messages === null) throw beingFiled(number);
  return { ...ticket, messages };
}

/**
 * An entry is written before its first message moves: where the server refuses the move (a full mailbox), or a worker died,
 * it stands for a message that still lies in the inbox. null for such a one; one that is being reopened has its messages in
 * the archive.
 */
async function messagesOf(desk: Desk, survey: Survey, ticket: Ticket): Promise<Ticket['messages'] | null> {
  const { messages, underWay, state, entry } = ticket;
  if (messages.length > 0 || !underWay || state !== 'open') return messages;
  const archived = await locateArchived(desk, survey, entry.number);
  if (archived.length === 0) return null;
  return archived.map(({ uid, facts }) => ({ uid, facts, folder: 'archived' as const }));
}

function beingFiled(number: number): Problem {
  return new Problem(
    'ticket-being-filed',
    `ticket ${number} is still being filed: its first message lies in the inbox. The next pass goes on with it; if it does not, the log says why`,
    { temporary: true, scope: 'message' },
  );
}

export function datesOf({
  messages,
}: {
  readonly messages: readonly Pick<TicketMessage, 'facts'>[];
}): readonly Date[] {
  return messages.map(({ facts }) => facts.receivedAt);
}

export function lineOf(entry: TicketEntry, state: TicketState, dates: readonly Date[]): TicketLine {
  const { number, subject, requester, requesterName, opened } = entry;
  const newest = Math.max(opened.getTime(), ...dates.map((date) => date.getTime()));
  return {
    number,
    state,
    subject,
    requester,
    requesterName,
    opened,
    updated: new Date(newest),
    messages: dates.length,
  };
}

const ARCHIVED_OR_HINT_OR_MERGE: Query = {
  or: [
    {
      and: [
        { header: 'X-Imapdesk-Entry', contains: 'ticket' },
        { flag: '\\Answered', set: true },
      ],
    },
    { header: 'X-Imapdesk-Entry', contains: 'hint' },
    { header: 'X-Imapdesk-Entry', contains: 'merge' },
  ],
};

async function archivedLines(desk: Desk, survey: Survey): Promise<readonly TicketLine[]> {
  const { store, folders } = desk;
  const entries = await store.search(folders.register, ARCHIVED_OR_HINT_OR_MERGE);
  const view = arbitrate(await readEntries(store, folders.register, entries));
  survey.ledger.merges.add(view.merges);
  const endOf = (number: number): number => survey.ledger.endOf(number);
  const { uidValidity } = await store.state(folders.archived);
  const hints = view.hints.map((hint) =>
    hint.ticket === null ? hint : { ...hint, ticket: endOf(hint.ticket) },
  );
  const places = placesOf(hints, uidValidity);
  const named = [...places.values()].flatMap((uids) => [...uids]);
  const dates = await receivedDates(desk, named);
  const lines: TicketLine[] = [];
  for (const record of view.tickets) {
    if (stateOf(record) !== 'archived' || endOf(record.number) !== record.number) continue;
    const uids = [...(places.get(record.number) ?? [])];
    const found = uids.flatMap((uid) => dates.get(uid) ?? []);
    const isPlaced = places.has(record.number);
    lines.push(lineOf(record, 'archived', isPlaced ? found : await searchedDates(desk, survey, record)));
  }
  return lines;
}

/** Where the hints of each ticket say that its messages are; nothing for a ticket of which one hint does not fit. */
function placesOf(
  hints: readonly Registered<HintRecord>[],
  uidValidity: string,
): ReadonlyMap<number, ReadonlySet<number>> {
  const places = new Map<number, Set<number>>();
  const doubtful = new Set<number>();
  for (const hint of hints) {
    if (hint.ticket === null) continue;
    const uids = places.get(hint.ticket) ?? new Set<number>();
    places.set(hint.ticket, uids);
    const fits = hint.uidValidity === uidValidity && hint.moved.every(({ uid }) => uid !== null);
    if (!fits) doubtful.add(hint.ticket);
    for (const { uid } of hint.moved) if (uid !== null) uids.add(uid);
  }
  for (const ticket of doubtful) places.delete(ticket);
  return places;
}

/** Messages whose dates are asked for together: nothing else of them is kept. */
const DATES_TOGETHER = 1_000;

async function receivedDates(desk: Desk, uids: readonly number[]): Promise<ReadonlyMap<number, Date>> {
  const dates = new Map<number, Date>();
  const ordered = [...new Set(uids)].sort((a, b) => a - b);
  for (const some of chunksOf(ordered, DATES_TOGETHER))
    for (const { uid, receivedAt } of await desk.store.fetch(desk.folders.archived, some))
      dates.set(uid, receivedAt);
  return dates;
}

async function searchedDates(desk: Desk, survey: Survey, record: StoredTicket): Promise<readonly Date[]> {
  survey.ledger.takeRecord(record);
  return datesOf({ messages: await locateArchived(desk, survey, record.number) });
}
