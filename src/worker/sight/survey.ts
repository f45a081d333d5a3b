/** What a pass sees of a desk when it begins, read in a handful of commands: the register, Open, and the outbox. */
import { Ledger } from '../../desk/ticket/ledger.js';
import { signedNumbers } from '../../desk/ticket/marks.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import type {
  EntryName,
  HintRecord,
  MergeRecord,
  RecordOf,
  Registered,
} from '../../mailbox/register/entry.js';
import { lookUpRegister, type Named } from '../../mailbox/register/look-up.js';
import { arbitrate, findEntries, type RegisterView, readRegister } from '../../mailbox/register/view.js';
import { together } from '../../mailbox/together.js';
import type { InFolder } from '../effects/effects.js';
import { grouped } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { lookAtFolders } from './look-at-folders.js';
import { overheard } from './sent-facts.js';
import { findUnsent, readOutbox } from './unsent.js';

/** A message in Open or Archived, with the ticket it belongs to. */
export interface PlacedMessage extends FiledMessage {
  readonly ticket: number | null;
}

/** Of each kind in order of UID. */
type Entries<N extends EntryName> = readonly Registered<RecordOf<N>>[];

/** What is known so far in a pass; looking further adds to it. Of attempts some are there that are done. */
export interface Survey extends Pick<RegisterView, 'adoption'> {
  readonly attempts: Entries<'attempt'>;
  readonly requests: Entries<'request'>;
  /** Who is at work on the desk. */
  readonly claims: Entries<'claim'>;
  /** Those of `run`: the first works here, the others stand by. */
  readonly workers: Entries<'worker'>;
  readonly absences: Entries<'absence'>;
  /** Of tickets that somebody is about to erase, and has not come to the end of it. */
  readonly erasures: Entries<'erased'>;
  /** Those whose messages have still to be brought together. */
  readonly merges: Entries<'merge'>;
  readonly hints: Entries<'hint'>;
  readonly sentWatermarks: Entries<'sent'>;
  readonly taken: Entries<'taken'>;
  /** What alerts have to tell, and their messages that are under way or count for a limit. */
  readonly alerts: Entries<'alert'>;
  readonly tellings: Entries<'telling'>;
  /** As a pass begins: what it writes of them itself is not among them. */
  readonly routines: Entries<'routine'>;
  readonly ledger: Ledger;
  /** The hints of tickets that were looked for by number, until more are written. */
  readonly hinted: Map<number, readonly Registered<HintRecord>[]>;
  /** What lies in the archive of tickets that were looked for, until anything moves. */
  readonly located: Map<number, readonly FiledMessage[]>;
  /** Of the archive as it was first looked at; null if it was not. */
  archiveUidValidity: string | null;
  /** Numbers of which all merges are known. */
  readonly resolved: Set<number>;
  readonly open: readonly PlacedMessage[];
  readonly outbox: readonly OutboxCopy[];
  /** UIDs in the outbox of what is sent and did not get to its ticket; null where nobody has looked. */
  readonly leftBehind: readonly number[] | null;
  /** What another worker was quicker with: it counts for nobody, and is to be removed. */
  readonly voided: readonly InFolder[];
  /** Whether what was answered lately has been read. */
  readonly remembered: { answers: boolean };
  /** Whether its own worker has written since into what the register says besides tickets, links and proofs. */
  readonly written: { others: boolean };
  /** Entries from this UID on have not been looked at. */
  registerUidNext: number;
}

/** Of a mailbox that no desk has worked on yet. */
export function nothingSeen(desk: Desk): Survey {
  const nothing = { outbox: [], voided: [], remembered: { answers: true }, registerUidNext: 1 };
  return surveyOf(desk, arbitrate([]), nothing);
}

function surveyOf(
  desk: Desk,
  register: RegisterView,
  seen: Pick<Survey, 'outbox' | 'voided' | 'remembered' | 'registerUidNext'>,
): Survey {
  const { adoption, highest } = register;
  return {
    ...seen,
    written: { others: false },
    ledger: new Ledger(desk.policy, { highest, tickets: [], now: desk.now() }),
    adoption,
    ...othersOf(register),
    routines: live(register.of('routine')),
    hinted: new Map(),
    located: new Map(),
    archiveUidValidity: null,
    resolved: new Set(),
    open: [],
    leftBehind: null,
  };
}

/** What is read in the same round trips, of what else somebody wants to know. */
export interface ReadBeside {
  find(): Promise<void>;
  /** It does not count: what has left Open since it was found may have come to the inbox since that was searched. */
  discard(): void;
  /** Once all that was to be found is. */
  read(): Promise<void>;
}

export async function takeSurvey(desk: Desk, beside?: ReadBeside): Promise<Survey> {
  const { store, folders } = desk;
  // One command for all, and what has not changed since the last survey need not be read again.
  if (desk.cache.statusesTell !== false) await lookAtFolders(desk);
  const [entries, placed, unsent] = await together(
    store,
    () => findEntries(overheard(desk), folders.register),
    () => store.search(folders.open, { and: [] }),
    () => findUnsent(desk),
    async () => beside?.find(),
  );
  const [register, messages, outbox] = await together(
    store,
    () => readRegister(overheard(desk), folders.register, entries),
    () => desk.cache.readWhole(store, folders.open, placed),
    () => readOutbox(desk, unsent),
    async () => beside?.read(),
  );
  if (messages.length < placed.length) beside?.discard();
  // What has left the register since it was found may have been the claim of whoever changed the rest: no claim fits that.
  const uidNext = register.isWhole ? register.uidNext : 0;
  const workers = live(register.of('worker'));
  desk.claim.see({ uidNext, claims: live(register.of('claim')), workers });
  desk.cache.whole.see({ ...entries, hints: register.hints });
  const survey = surveyOf(desk, register, {
    outbox: outbox.copies,
    voided: [{ folder: folders.register, uids: register.voided }, ...outbox.voided],
    remembered: { answers: false },
    registerUidNext: register.uidNext,
  });
  takeIn(survey, register);
  await resolveMerges(desk, survey, ends(survey.merges));
  await lookUpStrangers(desk, survey, messages);
  const open = place(survey, messages);
  for (const [number, own] of groupByTicket(open))
    survey.ledger.place(
      number,
      own.map(({ uid, facts }) => ({ uid, facts, folder: 'open' })),
    );
  return { ...survey, open };
}

/** What it says besides tickets and links. */
export function othersOf(
  register: RegisterView,
): Pick<
  Survey,
  | 'attempts'
  | 'requests'
  | 'claims'
  | 'workers'
  | 'absences'
  | 'erasures'
  | 'merges'
  | 'hints'
  | 'sentWatermarks'
  | 'taken'
  | 'alerts'
  | 'tellings'
> {
  return {
    attempts: register.of('attempt'),
    requests: live(register.of('request')),
    claims: live(register.of('claim')),
    workers: live(register.of('worker')),
    absences: live(register.of('absence')),
    erasures: live(register.of('erased')),
    merges: live(register.merges),
    hints: live(register.hints),
    sentWatermarks: live(register.of('sent')),
    taken: live(register.of('taken')),
    alerts: live(register.of('alert')),
    tellings: live(register.of('telling')),
  };
}

export function live<E extends Registered>(entries: readonly E[]): readonly E[] {
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
  const { resolved } = survey;
  for (let next: Named | null = named; next !== null; ) {
    const { tickets = [], merged: others = [] }: Named = next;
    const merged = [...tickets, ...others].filter((number) => !resolved.has(number));
    for (const number of merged) resolved.add(number);
    const view = await lookUpRegister(desk.store, desk.folders.register, { ...next, merged });
    takeIn(survey, view);
    hints.push(...view.hints);
    const own = grouped(view.hints, ({ ticket }) => ticket);
    for (const number of tickets) survey.hinted.set(number, own.get(number) ?? []);
    const met = ends(view.merges).filter((number) => !resolved.has(number));
    next = met.length === 0 ? null : asNamed(survey, met);
  }
  return hints;
}

/** Of what has an entry that is known, only the merges are looked for. */
function asNamed({ ledger }: Survey, numbers: readonly number[]): Named {
  return {
    tickets: numbers.filter((number) => !ledger.records.has(number)),
    merged: numbers.filter((number) => ledger.records.has(number)),
  };
}

function ends(merges: readonly MergeRecord[]): readonly number[] {
  return [...new Set(merges.flatMap(({ from, into }) => [from, into]))];
}

/** Makes sure that what these numbers stand for is known, and what was merged into that. */
export async function resolveMerges(desk: Desk, survey: Survey, numbers: Iterable<number>): Promise<void> {
  const unsure = [...new Set(numbers)].filter((number) => !survey.resolved.has(number));
  if (unsure.length > 0) await lookUp(desk, survey, asNamed(survey, unsure));
}

/** Which ticket each message belongs to, where the register knows that ticket. */
export function place(survey: Survey, messages: readonly FiledMessage[]): readonly PlacedMessage[] {
  return messages.map((message) => {
    const ticket = survey.ledger.membership(message.facts);
    return { ...message, ticket: ticket !== null && survey.ledger.records.has(ticket) ? ticket : null };
  });
}

/** What lies in Open now: earlier batches of the pass may have filed there since it was read. */
export async function lyingInOpen(desk: Desk, survey: Survey): Promise<readonly PlacedMessage[]> {
  return place(survey, await desk.cache.readAll(desk.store, desk.folders.open));
}

/** Archived tickets' entries and links are not read with the rest; here they are, for messages that may need them. */
export async function lookUpStrangers(
  desk: Desk,
  survey: Survey,
  messages: readonly FiledMessage[],
): Promise<void> {
  const identities = messages
    .filter(({ facts }) => survey.ledger.membership(facts) === null)
    .map(({ facts }) => facts.identity);
  const unsure = unsureNumbers(desk, survey, messages);
  if (unsure.length + identities.length === 0) return;
  await lookUp(desk, survey, { ...asNamed(survey, unsure), filed: [...new Set(identities)] });
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

export function groupByTicket(
  messages: readonly PlacedMessage[],
): ReadonlyMap<number, readonly PlacedMessage[]> {
  const placed = messages.filter(
    (message): message is PlacedMessage & { readonly ticket: number } => message.ticket !== null,
  );
  return grouped(placed, ({ ticket }) => ticket);
}
