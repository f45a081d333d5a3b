/**
 * Which tickets are exported, and which messages lie with each. Of a message only what names it is kept: so a desk with many
 * years of mail is gone through in little memory, a thousand tickets at a time.
 */
import type { Ticket, TicketEntry, TicketMessage, TicketState } from '../desk/ticket/ticket.js';
import { SPLIT_OFF } from '../mailbox/register/entry.js';
import { parseRecord } from '../mailbox/register/parse.js';
import { readEntries } from '../mailbox/register/read-entries.js';
import { sameAddress } from '../message/header/addresses.js';
import { loadArchived, locateArchived } from '../worker/sight/archive.js';
import { nothingSeen, resolveMerges, type Survey, takeSurvey } from '../worker/sight/survey.js';
import { chunksOf } from '../worker/workplace/batches.js';
import type { Desk } from '../worker/workplace/desk.js';
import { FactsCache } from '../worker/workplace/facts-cache.js';

export interface Choice {
  /** One alone; null for all. */
  readonly ticket: number | null;
  /** Those in which a message came since then. */
  readonly since: Date | null;
  /** Those in which somebody of this address has written, was written to or is the requester. */
  readonly person: string | null;
}

export interface LyingMessage {
  readonly folder: TicketState;
  readonly uid: number;
  readonly identity: string;
  readonly receivedAt: Date;
  readonly size: number;
  readonly sender: string | null;
}

export interface LyingTicket {
  readonly entry: TicketEntry;
  readonly state: TicketState;
  readonly splitOff: boolean;
  readonly merged: NonNullable<Ticket['merged']>;
  /** In order of arrival; of identical copies one. */
  readonly messages: readonly LyingMessage[];
}

export interface Lying {
  readonly tickets: readonly LyingTicket[];
  readonly highest: number;
  /** Numbers of tickets whose first message still lies in the inbox. */
  readonly beingFiled: readonly number[];
}

/** Tickets whose messages are looked for together. */
const LOOKED_AT_TOGETHER = 1_000;

/** In order of number. `null` for a desk that has not begun is for the caller to tell. */
export async function whatLies(desk: Desk, choice: Choice): Promise<Lying> {
  const survey = await takeSurvey(desk);
  const tickets: LyingTicket[] = [];
  const beingFiled: number[] = [];
  const take = (seen: Survey, number: number): void => {
    const ticket = seen.ledger.ticket(number);
    const record = seen.ledger.records.get(number);
    if (ticket === null || record === undefined || !isChosen(ticket, choice)) return;
    const { messages, underWay, state } = ticket;
    if (messages.length === 0 && underWay && state === 'open') beingFiled.push(number);
    else tickets.push(lying(ticket, record.flags.has(SPLIT_OFF)));
  };
  const numbers = choice.ticket === null ? await allNumbers(desk) : [choice.ticket];
  await resolveMerges(desk, survey, numbers);
  const ends = [...new Set(numbers.map((number) => survey.ledger.endOf(number)))].sort((a, b) => a - b);
  const known = new Set(survey.ledger.tickets.map(({ entry }) => entry.number));
  const isOpen = (number: number): boolean =>
    known.has(number) && survey.ledger.ticket(number)?.state === 'open';
  for (const number of ends.filter(isOpen)) {
    await alsoArchived(desk, survey, number);
    take(survey, number);
  }
  const rest = ends.filter((number) => !isOpen(number));
  for (const [index, some] of chunksOf(rest, LOOKED_AT_TOGETHER).entries()) {
    desk.signal.throwIfAborted();
    desk.progress?.({ work: 'looking', done: index * LOOKED_AT_TOGETHER, total: rest.length });
    const seen = await lookAt(desk, some);
    for (const number of some) take(seen, number);
  }
  tickets.sort((a, b) => a.entry.number - b.entry.number);
  return { tickets, highest: survey.ledger.highest, beingFiled };
}

/** One that is being reopened has its messages in the archive yet. */
async function alsoArchived(desk: Desk, survey: Survey, number: number): Promise<void> {
  const ticket = survey.ledger.ticket(number);
  if (ticket === null || ticket.messages.length > 0 || !ticket.underWay) return;
  const archived = await locateArchived(desk, survey, number);
  survey.ledger.place(
    number,
    archived.map(({ uid, facts }): TicketMessage => ({ uid, facts, folder: 'archived' })),
  );
}

/** With nothing remembered afterwards. */
async function lookAt(desk: Desk, numbers: readonly number[]): Promise<Survey> {
  const fresh = { ...desk, cache: new FactsCache(desk.policy) };
  const survey = nothingSeen(fresh);
  await resolveMerges(fresh, survey, numbers);
  await loadArchived(fresh, survey, numbers);
  return survey;
}

/** Of every ticket that has an entry, open or archived. */
async function allNumbers({ store, folders }: Desk): Promise<readonly number[]> {
  const uids = await store.search(folders.register, { header: 'X-Imapdesk-Entry', contains: 'ticket' });
  const numbers = new Set<number>();
  for (const some of chunksOf(uids, LOOKED_AT_TOGETHER)) {
    for (const message of await readEntries(store, folders.register, some)) {
      const record = parseRecord(message);
      if (record?.kind === 'ticket') numbers.add(record.number);
    }
  }
  return [...numbers];
}

function isChosen({ entry, messages }: Ticket, { since, person }: Choice): boolean {
  const isNew = since === null || messages.some(({ facts }) => facts.receivedAt >= since);
  if (!isNew) return false;
  if (person === null) return true;
  const isTheirs = (address: string | null): boolean => address !== null && sameAddress(address, person);
  if (isTheirs(entry.requester)) return true;
  return messages.some(({ facts: { sender, recipients, toAndCc } }) =>
    [sender.answerTo, sender.address, ...recipients, ...toAndCc.map(({ address }) => address)].some(isTheirs),
  );
}

function lying({ entry, state, messages, merged = [] }: Ticket, splitOff: boolean): LyingTicket {
  const byIdentity = new Map<string, LyingMessage>();
  for (const { facts, folder, uid } of messages) {
    const { identity, receivedAt, size, sender } = facts;
    if (uid === null || byIdentity.has(identity)) continue;
    byIdentity.set(identity, { folder, uid, identity, receivedAt, size, sender: sender.answerTo });
  }
  return { entry, state, splitOff, merged, messages: [...byIdentity.values()] };
}
