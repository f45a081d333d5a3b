/** What a pass sees of a desk when it begins, read in a handful of commands: the register, Open, and the outbox. */
import { Ledger } from '../../desk/ticket/ledger.js';
import { signedNumbers } from '../../desk/ticket/marks.js';
import { stateOf, type TicketMessage } from '../../desk/ticket/ticket.js';
import type {
  AbsenceRecord,
  AdoptionRecord,
  AttemptRecord,
  ClaimRecord,
  HintRecord,
  MergeRecord,
  Registered,
  RequestRecord,
  SentWatermarkRecord,
  TakenRecord,
} from '../../mailbox/register/entry.js';
import { lookUpRegister, type Named, type RegisterView, readRegister } from '../../mailbox/register/view.js';
import type { InFolder } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { type OutboxCopy, outboxCopyOf } from '../workplace/outbox-copy.js';
import { findUnreadable } from '../workplace/unreadable.js';

/** A message in Open or Archived, with the ticket it belongs to. */
export interface PlacedMessage extends FiledMessage {
  readonly ticket: number | null;
}

/** What is known so far in a pass; looking further adds to it. */
export interface Survey {
  readonly ledger: Ledger;
  readonly adoption: Registered<AdoptionRecord> | null;
  readonly requests: readonly Registered<RequestRecord>[];
  readonly attempts: readonly Registered<AttemptRecord>[];
  /** Who is at work on the desk. */
  readonly claims: readonly Registered<ClaimRecord>[];
  /** Live ones. */
  readonly absences: readonly Registered<AbsenceRecord>[];
  /** Those whose messages have still to be brought together. */
  readonly merges: readonly Registered<MergeRecord>[];
  /** Live hints. */
  readonly hints: readonly Registered<HintRecord>[];
  /** Live ones, in order of UID. */
  readonly sentWatermarks: readonly Registered<SentWatermarkRecord>[];
  /** Live ones. */
  readonly taken: readonly Registered<TakenRecord>[];
  /** Numbers of which all merges are known. */
  readonly resolved: Set<number>;
  readonly open: readonly PlacedMessage[];
  readonly outbox: readonly OutboxCopy[];
  /** What another worker was quicker with: it counts for nobody, and is to be removed. */
  readonly voided: readonly InFolder[];
  /** What has been read of what was sent of late. */
  readonly remembered: { answers: boolean };
  /** Entries from this UID on have not been looked at. */
  registerUidNext: number;
}

/** Of a mailbox that no desk has worked on yet. */
export function nothingSeen(desk: Desk): Survey {
  return {
    ledger: new Ledger(desk.policy, { highest: 0, tickets: [], now: desk.now() }),
    adoption: null,
    requests: [],
    attempts: [],
    claims: [],
    absences: [],
    merges: [],
    hints: [],
    sentWatermarks: [],
    taken: [],
    resolved: new Set(),
    open: [],
    outbox: [],
    voided: [],
    remembered: { answers: true },
    registerUidNext: 1,
  };
}

export async function takeSurvey(desk: Desk): Promise<Survey> {
  const { store, folders } = desk;
  const register = await readRegister(store, folders.register);
  const { uidNext } = register;
  const claims = live(register.of('claim'));
  desk.claim.see({ uidNext, claims });
  const messages = await desk.cache.readAll(store, folders.open);
  const outbox = await readOutbox(desk);
  const survey: Survey = {
    ledger: new Ledger(desk.policy, { highest: register.highest, tickets: [], now: desk.now() }),
    adoption: register.adoption,
    requests: register.of('request'),
    attempts: register.of('attempt'),
    claims,
    absences: live(register.of('absence')),
    hints: live(register.hints),
    sentWatermarks: live(register.of('sent')),
    taken: live(register.of('taken')),
    merges: live(register.merges),
    resolved: new Set(),
    open: [],
    outbox: outbox.copies,
    voided: [{ folder: folders.register, uids: register.voided }, ...outbox.voided],
    remembered: { answers: false },
    registerUidNext: uidNext,
  };
  takeIn(survey, register);
  await resolveMerges(desk, survey, ends(survey.merges));
  await lookUpStrangers(desk, survey, messages);
  const open = place(survey, messages);
  for (const [number, own] of groupByTicket(open)) {
    survey.ledger.place(number, own.map(inOpen));
  }
  return { ...survey, open };
}

function live<E extends Registered>(entries: readonly E[]): readonly E[] {
  return entries.filter(({ flags }) => !flags.has('\\Answered'));
}

/**
 * Adds what a look into the register has shown. A look at some entries only can't tell which of them are void (the
 * one that voids another may not be among them), so nothing is removed for it.
 */
export function takeIn(survey: Survey, view: RegisterView): void {
  survey.ledger.merges.add(view.merges);
  for (const link of view.links) survey.ledger.takeLink(link);
  for (const record of view.written) survey.ledger.takeFromAccount(record);
  for (const record of view.tickets) survey.ledger.takeRecord(record);
}

/**
 * Looks into the register for what is named, and follows the merges that it meets: one round for each merge that a chain
 * is long, however many tickets are asked for. Answers the hints that it met.
 */
export async function lookUp(
  desk: Desk,
  survey: Survey,
  named: Named,
): Promise<readonly Registered<HintRecord>[]> {
  const hints: Registered<HintRecord>[] = [];
  const { resolved, ledger } = survey;
  const { records } = ledger;
  for (let next: Named | null = named; next !== null; ) {
    const { tickets = [], merged = [] }: Named = next;
    for (const number of [...tickets, ...merged]) resolved.add(number);
    const view = await lookUpRegister(desk.store, desk.folders.register, next);
    takeIn(survey, view);
    hints.push(...view.hints);
    const met = ends(view.merges).filter((number) => !resolved.has(number));
    next =
      met.length === 0
        ? null
        : {
            tickets: met.filter((number) => !records.has(number)),
            merged: met.filter((number) => records.has(number)),
          };
  }
  return hints;
}

function ends(merges: readonly MergeRecord[]): readonly number[] {
  return [...new Set(merges.flatMap(({ from, into }) => [from, into]))];
}

/** Makes sure that what these numbers stand for is known, and what was merged into that. */
export async function resolveMerges(desk: Desk, survey: Survey, numbers: Iterable<number>): Promise<void> {
  const unsure = [...new Set(numbers)].filter((number) => !survey.resolved.has(number));
  if (unsure.length === 0) return;
  await lookUp(desk, survey, {
    tickets: unsure.filter((number) => !survey.ledger.records.has(number)),
    merged: unsure.filter((number) => survey.ledger.records.has(number)),
  });
}

/** Which ticket each message belongs to, where the register knows that ticket. */
export function place(survey: Survey, messages: readonly FiledMessage[]): readonly PlacedMessage[] {
  return messages.map((message) => {
    const ticket = survey.ledger.membership(message.facts);
    return { ...message, ticket: ticket !== null && survey.ledger.records.has(ticket) ? ticket : null };
  });
}

/** What lies in Open of a ticket now: earlier batches of the pass may have filed there since it was read. */
export async function locateOpen(
  desk: Desk,
  survey: Survey,
  number: number,
): Promise<readonly FiledMessage[]> {
  const messages = await desk.cache.readAll(desk.store, desk.folders.open);
  return place(survey, messages).filter(({ ticket }) => ticket === number);
}

/** Archived tickets' entries and links are not read with the rest; here they are, for messages that may need them. */
export async function lookUpStrangers(
  desk: Desk,
  survey: Survey,
  messages: readonly FiledMessage[],
): Promise<void> {
  const identities = messages.flatMap(({ facts }) =>
    survey.ledger.membership(facts) === null ? [facts.identity] : [],
  );
  const unsure = unsureNumbers(desk, survey, messages);
  if (unsure.length + identities.length === 0) return;
  const { records } = survey.ledger;
  await lookUp(desk, survey, {
    tickets: unsure.filter((number) => !records.has(number)),
    merged: unsure.filter((number) => records.has(number)),
    identities: [...new Set(identities)],
  });
  await resolveMerges(desk, survey, unsureNumbers(desk, survey, messages));
}

/** Numbers that messages belong to which may stand for another ticket: those of open tickets don't. */
function unsureNumbers(desk: Desk, survey: Survey, messages: readonly FiledMessage[]): readonly number[] {
  const named = new Set<number>();
  for (const { facts } of messages) {
    const number = survey.ledger.namedBy(facts);
    // Where its marks name several, these may all stand for one ticket.
    for (const one of number === null ? signedNumbers(desk.policy, facts) : [number]) named.add(one);
  }
  return [...named].filter((number) => {
    const record = survey.ledger.records.get(number);
    return !survey.resolved.has(number) && (record === undefined || stateOf(record) === 'archived');
  });
}

export function groupByTicket(messages: readonly PlacedMessage[]): ReadonlyMap<number, PlacedMessage[]> {
  const groups = new Map<number, PlacedMessage[]>();
  for (const message of messages) {
    if (message.ticket === null) continue;
    const group = groups.get(message.ticket) ?? [];
    group.push(message);
    groups.set(message.ticket, group);
  }
  return groups;
}

function inOpen({ uid, facts }: FiledMessage): TicketMessage {
  return { uid, facts, folder: 'open' };
}

/**
 * Held and unsent mail; of copies with one Message-ID only the lowest UID counts, the others are void. What the server
 * cannot read is left out, and the cache knows of it.
 */
export async function readOutbox(
  desk: Desk,
): Promise<{ readonly copies: readonly OutboxCopy[]; readonly voided: readonly InFolder[] }> {
  const { store, folders } = desk;
  const uids = await store.search(folders.outbox, { flag: '\\Answered', set: false });
  const read = await store.fetch(folders.outbox, uids);
  desk.cache.unreadableOutbox = await findUnreadable(desk, folders.outbox, { uids, read });
  const copies = read.map(outboxCopyOf);
  const first = new Map<string, number>();
  for (const { uid, messageId, stage } of copies) {
    if (messageId !== null && stage !== null && !first.has(messageId)) first.set(messageId, uid);
  }
  const voided = copies.filter(
    ({ uid, messageId, stage }) => stage !== null && messageId !== null && first.get(messageId) !== uid,
  );
  return {
    copies: copies.filter((copy) => !voided.includes(copy)),
    voided: [{ folder: folders.outbox, uids: voided.map(({ uid }) => uid) }],
  };
}
