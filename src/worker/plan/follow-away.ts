/**
 * Tickets that somebody took away: of an open ticket no incoming message lies in Open any more. It counts as archived,
 * its number stays taken, and its unsent mail is dropped; later mail to it reopens it. What the desk itself wrote goes
 * to the archive, or to the trash where the ticket's mail went there or to the junk folder.
 *
 * A slip of the hand, a broken mail client or a folder that is being restored takes away many at once. Then none is
 * touched, staff are told once, and the register remembers that they were.
 */
import { composeSummary } from '../../desk/letters/summary.js';
import { isOwn } from '../../desk/sign/origin.js';
import { keyedHash } from '../../desk/sign/signature.js';
import { isUnderWay, type StoredTicket, stateOf } from '../../desk/ticket/ticket.js';
import { doneWith, type Effects, type Move, type NewHint } from '../effects/effects.js';
import { type ArchiveView, hintOf, locateArchived, placesOf } from '../sight/archive.js';
import type { Awaited } from '../sight/pending-mail.js';
import { bearing } from '../sight/search-archive.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { ticketMove } from './moves.js';

/** More than this many, or more than a fifth of the open tickets but at least two, are too many to go at once. */
const MAX_GONE = 10;
const MAX_GONE_SHARE = 1 / 5;
const MAX_LISTED = 50;
const CAUSE = 'absence';

interface Gone {
  readonly number: number;
  /** What lies in the archive all the same: then somebody changed the entry's flags. */
  readonly archived: readonly FiledMessage[];
}

export async function planAway(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: Awaited },
): Promise<Effects> {
  if (desk.cache.hasUnreadable(desk.folders.open)) {
    desk.log.warn(
      { folder: desk.folders.open },
      'the server cannot read some messages of this folder: no ticket is taken for gone until it can',
    );
    return {};
  }
  const gone = await goneTickets(desk, survey, seen.pending);
  if (isTooMany(survey, gone.length)) return tellOnce(desk, survey, gone);
  const effects: Effects = { states: gone.map(({ number }) => ({ number, to: 'archived' })) };
  const moves: Move[] = [];
  const hints: NewHint[] = [];
  const unsent: number[] = [];
  for (const { number, archived } of gone) {
    desk.log.info({ ticket: number }, 'nothing of this ticket lies in Open any more: it is closed');
    // Before the entry says that it is over: a pass that dies here finds the ticket gone once more.
    if (archived.length === 0) unsent.push(...unsentOf(survey, number));
    moves.push(await wayOfOurs(desk, survey, { number, archived }));
    hints.push(hintOf(seen.archive, number, { there: placesOf(archived) }));
  }
  const removed = [{ folder: desk.folders.outbox, uids: unsent }];
  // They are back, or were closed: the next time, staff are told again.
  return { ...effects, removed, moves, hints, done: doneWith(survey.absences) };
}

async function goneTickets(desk: Desk, survey: Survey, pending: Awaited): Promise<readonly Gone[]> {
  const cameIn = survey.open.filter((message) => isFromPeople(desk, survey, message));
  const here = new Set(cameIn.map(({ ticket }) => ticket));
  const absent = openRecords(survey).filter((record) => !here.has(record.number) && !isUnderWay(record));
  if (isTooMany(survey, absent.length)) return absent.map(({ number }) => ({ number, archived: [] }));
  const awaited = absent.length === 0 ? new Set() : await awaitedTickets(survey, pending);
  const gone: Gone[] = [];
  for (const { number } of absent) {
    const archived = await locateArchived(desk, survey, number);
    if (archived.length > 0 || !awaited.has(number)) gone.push({ number, archived });
  }
  return gone;
}

async function awaitedTickets({ ledger }: Survey, pending: Awaited): Promise<ReadonlySet<number | null>> {
  const tickets = new Set<number | null>();
  for await (const window of pending.all())
    for (const { facts } of window) tickets.add(ledger.membership(facts));
  return tickets;
}

/** What was written in the desk's account came in no more than what the desk itself wrote. */
export function isFromPeople(desk: Desk, survey: Survey, { facts }: FiledMessage): boolean {
  return !isOwn(desk.policy, facts) && !survey.ledger.fromAccount.has(facts.identity);
}

function isTooMany(survey: Survey, count: number): boolean {
  const open = openRecords(survey).length;
  return count > Math.min(MAX_GONE, Math.max(1, Math.floor(open * MAX_GONE_SHARE)));
}

/** What was merged into another ticket has no state of its own; of what is being erased nobody has moved anything. */
function openRecords(survey: Survey): readonly StoredTicket[] {
  const erased = new Set(survey.erasures.flatMap(({ tickets }) => tickets));
  return [...survey.ledger.records.values()].filter(
    (record) =>
      stateOf(record) === 'open' &&
      survey.ledger.endOf(record.number) === record.number &&
      !erased.has(record.number),
  );
}

function unsentOf(survey: Survey, number: number): readonly number[] {
  return survey.outbox.flatMap(({ uid, stage }) =>
    stage?.ticket != null && survey.ledger.endOf(stage.ticket) === number ? [uid] : [],
  );
}

/** Where the desk's own copies go. */
async function wayOfOurs(desk: Desk, survey: Survey, { number, archived }: Gone): Promise<Move> {
  const ours = survey.open.filter(({ ticket }) => ticket === number);
  const trash = archived.length === 0 ? await trashOf(desk, survey, number) : null;
  const move = ticketMove(desk, ours, { number, to: 'archived' });
  return trash === null ? move : { from: move.from, to: trash, messages: move.messages };
}

/** The trash folder, if the ticket's own mail is found there or in the junk folder; else null. */
async function trashOf(desk: Desk, survey: Survey, number: number): Promise<string | null> {
  const { trash, junk } = await desk.store.specialFolders();
  const root = survey.ledger.records.get(number)?.rootMessageId;
  const linked = [...survey.ledger.links.values()].filter(
    ({ ticket }) => survey.ledger.endOf(ticket) === number,
  );
  const or = bearing([root, ...linked.map(({ messageId }) => messageId)]);
  if (trash === null || or.length === 0) return null;
  for (const folder of [trash, junk]) {
    if (folder !== null && (await desk.store.search(folder, { or })).length > 0) return trash;
  }
  return null;
}

function tellOnce(desk: Desk, survey: Survey, gone: readonly Gone[]): Effects {
  const { folders, policy, log } = desk;
  const numbers = gone.map(({ number }) => number);
  if (survey.absences.length > 0) return {};
  log.error(
    { count: numbers.length, tickets: numbers.slice(0, MAX_LISTED) },
    `the mail of many tickets is gone from "${folders.open}" at once: none of them is touched. Move it back, or close them by "imapdesk close"`,
  );
  const summary = {
    policy,
    now: desk.now(),
    // Written again after a crash, it is the same summary.
    cause: `${CAUSE} ${keyedHash(policy.secrets[0], CAUSE, numbers.map(String))}`,
    subject: { name: 'subject-absence' as const },
    text: 'absence' as const,
    variables: {
      openFolder: folders.open,
      count: numbers.length,
      tickets: numbers.slice(0, MAX_LISTED).map((number) => ({
        number,
        subject: survey.ledger.records.get(number)?.subject || policy.phrase('no-subject'),
      })),
      more: numbers.length > MAX_LISTED ? numbers.length - MAX_LISTED : null,
    },
  };
  return {
    letters: { composed: composeSummary(summary), release: 'unheld' },
    lettersFirst: true,
    entries: [{ record: { kind: 'absence', count: numbers.length } }],
  };
}
