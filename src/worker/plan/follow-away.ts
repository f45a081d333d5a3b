/**
 * Tickets that somebody took away: of an open ticket no incoming message lies in Open any more. It counts as archived,
 * its number stays taken, and its unsent mail is dropped; later mail to it reopens it. What the desk itself wrote goes
 * to the archive, or to the trash where the ticket's mail went there or to the junk folder.
 *
 * A slip of the hand, a broken mail client or a folder that is being restored takes away many at once. Then none is
 * touched, staff are told once, and the register remembers that they were.
 */

import { writeSummary } from '../../desk/letters/summary.js';
import { isOwn } from '../../desk/sign/origin.js';
import { digest } from '../../desk/sign/signature.js';
import type { Registered, TicketRecord } from '../../mailbox/register/entry.js';
import type { Query } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { appendRecord } from '../effects/register-writing.js';
import { beginTransition, clearUnderWay, endTransition, moveMessages } from '../effects/transition.js';
import { type ArchiveView, locateArchived } from '../sight/archive.js';
import { isUnderWay, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

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

export async function followAway(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: readonly Facts[] },
): Promise<boolean> {
  if (desk.cache.hasUnreadable(desk.folders.open)) {
    desk.log.warn(
      { folder: desk.folders.open },
      'the server cannot read some messages of this folder: no ticket is taken for gone until it can',
    );
    return false;
  }
  const gone = await goneTickets(desk, survey, seen.pending);
  if (isTooMany(survey, gone.length)) {
    await tellOnce(desk, survey, gone);
    return false;
  }
  await forgetAbsence(desk, survey);
  for (const one of gone) await countAsArchived(desk, survey, { ...one, archive: seen.archive });
  return gone.length > 0;
}

async function goneTickets(desk: Desk, survey: Survey, pending: readonly Facts[]): Promise<readonly Gone[]> {
  const cameIn = survey.open.filter((message) => isFromPeople(desk, survey, message));
  const here = new Set(cameIn.map(({ ticket }) => ticket));
  const awaited = new Set(pending.map((facts) => survey.ledger.membership(facts)));
  const absent = openRecords(survey).filter((record) => !here.has(record.number) && !isUnderWay(record));
  if (isTooMany(survey, absent.length)) return absent.map(({ number }) => ({ number, archived: [] }));
  const gone: Gone[] = [];
  for (const { number } of absent) {
    const archived = await locateArchived(desk, survey, number);
    if (archived.length > 0 || !awaited.has(number)) gone.push({ number, archived });
  }
  return gone;
}

/** What was written in the desk's account came in no more than what the desk itself wrote. */
export function isFromPeople(desk: Desk, survey: Survey, { facts }: FiledMessage): boolean {
  return !isOwn(desk.policy, facts) && !survey.written.has(facts.identity);
}

function isTooMany(survey: Survey, count: number): boolean {
  const open = openRecords(survey).length;
  return count > Math.min(MAX_GONE, Math.max(1, Math.floor(open * MAX_GONE_SHARE)));
}

/** What was merged into another ticket has no state of its own. */
function openRecords(survey: Survey): readonly Registered<TicketRecord>[] {
  return [...survey.records.values()].filter(
    (record) => stateOf(record) === 'open' && survey.ledger.endOf(record.number) === record.number,
  );
}

async function countAsArchived(
  desk: Desk,
  survey: Survey,
  gone: Gone & { readonly archive: ArchiveView },
): Promise<void> {
  const { number, archived, archive } = gone;
  const { store, folders } = desk;
  desk.log.info({ ticket: number }, 'nothing of this ticket lies in Open any more: it is closed');
  // Before the entry says that it is over: a pass that dies here finds the ticket gone once more.
  const unsent = survey.outbox.flatMap(({ uid, stage }) =>
    stage?.ticket != null && survey.ledger.endOf(stage.ticket) === number ? [uid] : [],
  );
  if (archived.length === 0) await store.remove(folders.outbox, unsent);
  const ours = survey.open.filter(({ ticket }) => ticket === number);
  const trash = archived.length === 0 ? await trashOf(desk, survey, number) : null;
  await beginTransition(desk, survey, { number, to: 'archived' });
  if (trash !== null) {
    const uids = ours.map(({ uid }) => uid);
    await store.move(folders.open, uids, trash);
  }
  const went = trash === null ? await moveMessages(desk, ours, 'archived') : [];
  const moved = [...archived.map(({ uid, facts }) => ({ uid, identity: facts.identity })), ...went];
  await endTransition(desk, survey, { number, to: 'archived', archive, moved, complete: true });
  await clearUnderWay(desk, survey, [number]);
}

/** The trash folder, if the ticket's own mail is found there or in the junk folder; else null. */
async function trashOf(desk: Desk, survey: Survey, number: number): Promise<string | null> {
  const { trash, junk } = await desk.store.specialFolders();
  const ids = [survey.records.get(number)?.rootMessageId, ...linkedIds(survey, number)];
  const or = ids.flatMap((id): Query[] => (id == null ? [] : [{ header: 'Message-ID', contains: id }]));
  if (trash === null || or.length === 0) return null;
  for (const folder of [trash, junk]) {
    if (folder !== null && (await desk.store.search(folder, { or })).length > 0) return trash;
  }
  return null;
}

function linkedIds(survey: Survey, number: number): readonly (string | null)[] {
  return [...survey.links.values()]
    .filter(({ ticket }) => survey.ledger.endOf(ticket) === number)
    .map((link) => link.messageId);
}

async function tellOnce(desk: Desk, survey: Survey, gone: readonly Gone[]): Promise<void> {
  const { store, folders, policy, log } = desk;
  const numbers = gone.map(({ number }) => number);
  if (survey.absences.length > 0) return;
  log.error(
    { count: numbers.length, tickets: numbers.slice(0, MAX_LISTED) },
    `the mail of many tickets is gone from "${folders.open}" at once: none of them is touched. Move it back, or close them by "imapdesk close"`,
  );
  const summary = {
    policy,
    now: desk.now(),
    // Written again after a crash, it is the same summary.
    cause: `${CAUSE} ${digest(policy.secrets[0], CAUSE, numbers.map(String))}`,
    subject: { name: 'subject-absence' as const },
    text: 'absence' as const,
    variables: {
      openFolder: folders.open,
      count: numbers.length,
      tickets: numbers.slice(0, MAX_LISTED).map((number) => ({
        number,
        subject: survey.records.get(number)?.subject || policy.phrase('no-subject'),
      })),
      more: numbers.length > MAX_LISTED ? numbers.length - MAX_LISTED : null,
    },
  };
  const staged = new Set(survey.outbox.map(({ messageId }) => messageId));
  for (const { raw, messageId } of writeSummary(summary)) {
    if (!staged.has(messageId)) await store.append(folders.outbox, [{ raw, flags: ['\\Seen'] }]);
  }
  const how = { highest: survey.ledger.highest, flags: [] };
  await appendRecord(desk, { kind: 'absence', count: numbers.length }, how);
}

/** They are back, or were closed: the next time, staff are told again. */
async function forgetAbsence(desk: Desk, survey: Survey): Promise<void> {
  const uids = survey.absences.map(({ uid }) => uid);
  if (uids.length > 0) await desk.store.setFlags(desk.folders.register, uids, { add: ['\\Answered'] });
}
