/**
 * Tickets by the words in their mail and by people, as the server searches. The archive is searched from its end in windows
 * of UIDs: a page that has taken long enough, or is full, says where the next one goes on.
 */
import { stateOf, type TicketState } from '../../desk/ticket/ticket.js';
import type { Query } from '../../mailbox/store.js';
import { lookUpStrangers, place, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { type BackWindow, backWindows } from './back-windows.js';
import { type AskedPage, rowOf, type TicketPage, type TicketRow } from './ticket-pages.js';
import { datesOf, lineOf, listTickets } from './tickets.js';

export interface Searched {
  /** Each of these words stands anywhere in a message; '' for none. */
  readonly words: string;
  /** A part of an address or name in From, To or Cc; '' for none. */
  readonly person: string;
}

const MAX_WORDS = 8;
const PEOPLE_FIELDS = ['From', 'To', 'Cc'];
/** So many UIDs are searched first. */
const FIRST_WINDOW = 2000;
/** A page goes no further after this long. */
const ENOUGH_MS = 8_000;
/** So many messages are looked at together for their tickets. */
const MAX_HITS = 200;

/** Open tickets first, on the first page; then archived ones, the newest mail first. */
export async function searchPage(
  desk: Desk,
  survey: Survey,
  { searched, from, size }: AskedPage & { readonly searched: Searched },
): Promise<TicketPage> {
  const query = queryOf(searched);
  const open = from === null ? await openRows(desk, survey, query) : [];
  const hits = await archivedHits(desk, query, from);
  const rows = [...open];
  const shown = new Set(rows.map(({ number }) => number));
  const room = Math.max(1, size - rows.length);
  const { found, next } = await archivedRows(desk, survey, { ...hits, room, shown });
  return { rows: [...rows, ...found], next };
}

function queryOf({ words, person }: Searched): Query {
  const terms = words.split(/\s+/).filter((word) => word !== '');
  return {
    and: [
      ...terms.slice(0, MAX_WORDS).map((text) => ({ text })),
      ...(person === '' ? [] : [{ or: PEOPLE_FIELDS.map((header) => ({ header, contains: person })) }]),
    ],
  };
}

async function openRows(desk: Desk, survey: Survey, query: Query): Promise<readonly TicketRow[]> {
  const found = new Set(await desk.store.search(desk.folders.open, query));
  const numbers = new Set(survey.open.flatMap(({ uid, ticket }) => (found.has(uid) ? [ticket] : [])));
  const lines = await listTickets(desk, survey, new Set<TicketState>(['open']));
  return lines.filter(({ number }) => numbers.has(number)).reverse();
}

async function archivedHits(desk: Desk, query: Query, from: number | null): Promise<BackWindow> {
  const began = desk.now().getTime();
  const uids: number[] = [];
  let below = 1;
  for await (const window of backWindows(desk, desk.folders.archived, { from, width: FIRST_WINDOW, query })) {
    uids.push(...window.uids);
    below = window.below;
    if (uids.length >= MAX_HITS || desk.now().getTime() - began > ENOUGH_MS) break;
  }
  return { uids, below };
}

async function archivedRows(
  desk: Desk,
  survey: Survey,
  { uids, below, room, shown }: BackWindow & { readonly room: number; readonly shown: Set<number> },
): Promise<{ readonly found: readonly TicketRow[]; readonly next: number | null }> {
  const some = uids.slice(0, MAX_HITS);
  const messages = await desk.cache.read(desk.store, desk.folders.archived, [...some].reverse());
  await lookUpStrangers(desk, survey, messages);
  const found: TicketRow[] = [];
  for (const { uid, ticket } of [...place(survey, messages)].reverse()) {
    if (found.length >= room) return { found, next: uid + 1 };
    const number = ticket === null ? null : survey.ledger.endOf(ticket);
    if (number === null || shown.has(number)) continue;
    shown.add(number);
    const row = rowOfNumber(survey, number);
    if (row !== null) found.push(row);
  }
  const last = some.at(-1);
  if (uids.length > some.length && last !== undefined) return { found, next: last };
  return { found, next: below > 1 ? below : null };
}

function rowOfNumber({ ledger }: Survey, number: number): TicketRow | null {
  const record = ledger.records.get(number);
  if (record === undefined) return null;
  const ticket = ledger.own(number);
  const state = stateOf(record);
  if (state === 'open' && ticket !== null) return lineOf(record, state, datesOf(ticket));
  return rowOf(record, state);
}
