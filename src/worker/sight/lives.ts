/**
 * What became of tickets since some moment, read without changing anything. The register's hints say when a ticket's messages
 * went to the archive; so of the archive only what arrived since then is read, and nothing of tickets that were closed before.
 */
import { type ArchivedAt, lifeOf, type TicketLife } from '../../desk/figures/life.js';
import { byArrival } from '../../desk/ticket/arrival.js';
import type { TicketMessage } from '../../desk/ticket/ticket.js';
import type { HintRecord, Registered } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import type { Query } from '../../mailbox/store.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { ownDate } from '../../message/header/own-date.js';
import { chunksOf, grouped } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import { type Hinted, hintsOf, uidsNamed } from './archive.js';
import { lookUp, type Survey } from './survey.js';

const TICKETS: Query = { header: 'X-Imapdesk-Entry', contains: 'ticket' };
const TICKETS_AND_HINTS: Query = { or: [TICKETS, { header: 'X-Imapdesk-Entry', contains: 'hint' }] };
/** It holds a time. An import has written the entry. */
const IMPORTED = { header: 'X-Imapdesk-Imported', contains: 'T' };
/** A longer span is asked for by years. */
const MAX_MONTHS = 24;
/** Messages that are read together: nothing but their facts is kept. */
const READ_TOGETHER = 1_000;

/** Of every ticket that was open at some time since then. */
export async function ticketLives(desk: Desk, survey: Survey, from: Date): Promise<readonly TicketLife[]> {
  const { ledger } = survey;
  const numbers = await numbersSince(desk, survey, from);
  await lookUp(desk, survey, { tickets: numbers });
  const ends = [...new Set(numbers.map((number) => ledger.endOf(number)))];
  const hinted = await hintsOf(desk, survey, ends);
  const hints = [...hinted.values()].flatMap((one) => one.hints);
  await placeArchived(desk, survey, { hinted, from });
  const times = await timesOf(desk, hints);
  return ends.flatMap((number): TicketLife[] => {
    const ticket = ledger.ticket(number);
    if (ticket === null || !ledger.records.has(number)) return [];
    const own = (hinted.get(number)?.hints ?? []).filter((hint) => hint.ticket === number);
    return [
      lifeOf(
        desk.policy,
        ticket,
        own.flatMap((hint) => archivedAt(hint, times)),
      ),
    ];
  });
}

/**
 * Those that are open, those that were opened since then, and those of which anything has gone to the archive since then. What an
 * import has written since then may be of many years: of that only what was opened since then is read.
 */
async function numbersSince(desk: Desk, survey: Survey, from: Date): Promise<readonly number[]> {
  const { store, folders } = desk;
  const brought = { and: [TICKETS, IMPORTED, openedSince(from, desk.now())] };
  const uids = await store.search(folders.register, {
    and: [TICKETS_AND_HINTS, { since: from }, { or: [{ not: IMPORTED }, brought] }],
  });
  const { tickets, hints } = arbitrate(await readEntries(store, folders.register, uids));
  const open = survey.ledger.tickets.flatMap(({ state, entry }) => (state === 'open' ? [entry.number] : []));
  return [
    ...new Set([
      ...open,
      ...tickets.map(({ number }) => number),
      ...hints.flatMap(({ ticket }) => ticket ?? []),
    ]),
  ];
}

/** By the months of the time that an entry says; what else they hold does no harm. */
function openedSince(from: Date, now: Date): Query {
  const first = monthOf(from);
  const months = Array.from({ length: Math.max(1, monthOf(now) - first + 1) }, (_, index) =>
    new Date(Date.UTC(1970, first + index)).toISOString().slice(0, 7),
  );
  const times = months.length > MAX_MONTHS ? [...new Set(months.map((each) => each.slice(0, 5)))] : months;
  return { or: times.map((contains) => ({ header: 'X-Imapdesk-Opened', contains })) };
}

/** Months since the beginning of 1970. */
function monthOf(at: Date): number {
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth();
}

/**
 * What of these tickets lies in the archive and came since then becomes known to the ledger. Of a ticket that was closed more
 * than once all of it is read, since what came between tells when it was reopened.
 */
async function placeArchived(
  desk: Desk,
  survey: Survey,
  about: { readonly hinted: ReadonlyMap<number, Hinted>; readonly from: Date },
): Promise<void> {
  const { store, folders } = desk;
  const { ledger } = survey;
  const { uidValidity } = await store.state(folders.archived);
  const [once, again]: [HintRecord[], HintRecord[]] = [[], []];
  for (const [number, { hints }] of about.hinted)
    (wasClosedAgain(survey, number, hints) ? again : once).push(...hints);
  const messages = [
    ...(await readArchived(desk, uidsNamed(again, uidValidity), [])),
    ...(await readArchived(desk, uidsNamed(once, uidValidity), [{ since: about.from }])),
  ];
  for (const [number, found] of grouped(messages, ({ facts }) => ledger.membership(facts))) {
    if (number === null || !about.hinted.has(number)) continue;
    const before = ledger.own(number)?.messages ?? [];
    const known = new Set(before.map(({ facts }) => facts.identity));
    const fresh = found.filter(({ facts }) => !known.has(facts.identity));
    ledger.place(number, byArrival([...before, ...fresh]));
  }
}

function wasClosedAgain({ ledger }: Survey, number: number, hints: readonly HintRecord[]): boolean {
  const root = ledger.records.get(number)?.rootIdentity;
  const closings = hints.filter(({ imported }) => imported?.state !== 'open');
  return closings.filter(({ moved }) => moved.some(({ identity }) => identity === root)).length > 1;
}

async function readArchived(
  { store, folders, cache, progress }: Desk,
  uids: readonly number[],
  and: readonly Query[],
): Promise<readonly TicketMessage[]> {
  const messages: TicketMessage[] = [];
  const ordered = [...new Set(uids)].sort((a, b) => a - b);
  for (const [index, some] of chunksOf(ordered, READ_TOGETHER).entries()) {
    progress?.({ work: 'reading', done: index * READ_TOGETHER, total: ordered.length });
    const found = await store.search(folders.archived, { and: [{ uids: some }, ...and] });
    for (const message of await store.fetch(folders.archived, found))
      messages.push({ uid: message.uid, facts: cache.factsOf(message), folder: 'archived' });
  }
  return messages;
}

/** When each of these entries was written: by its own date, which a copy of the mailbox keeps, or by the server's. */
async function timesOf(
  desk: Desk,
  hints: readonly Registered<HintRecord>[],
): Promise<ReadonlyMap<number, Date>> {
  const { store, folders } = desk;
  const uids = [...new Set(hints.map(({ uid }) => uid))].sort((a, b) => a - b);
  const entries = await readEntries(store, folders.register, uids);
  return new Map(
    entries.map(({ uid, header, receivedAt }) => [uid, ownDate(parseHeaderBlock(header)) ?? receivedAt]),
  );
}

function archivedAt(hint: Registered<HintRecord>, times: ReadonlyMap<number, Date>): ArchivedAt[] {
  const at = times.get(hint.uid);
  if (at === undefined || hint.moved.length === 0) return [];
  const identities = new Set(hint.moved.map(({ identity }) => identity));
  return [{ at, identities, brought: hint.imported?.state }];
}
