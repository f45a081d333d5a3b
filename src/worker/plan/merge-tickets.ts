/**
 * Brings the messages of merged tickets together. A merge is in the register before anything else is done for it, so
 * every reader files mail for either number with the one; while it is live, this has still to be finished:
 *
 * 1. The messages move to where the ticket is, and a hint says so if that is the archive.
 * 2. The merged ticket's links get the flags of the other's, and its entry those of an archived one: it is not open any
 *    more, and it has no state of its own.
 * 3. The merge is marked as done.
 *
 * Each step is repeated without harm, so whoever sees a live merge takes all of them. Only messages that came by the
 * merged number are moved: where a person has moved others of the ticket, that is still to be followed.
 */
import { isUnderWay, type StoredTicket, stateOf } from '../../desk/ticket/ticket.js';
import type { MergeRecord, Registered } from '../../mailbox/register/entry.js';
import { doneWith, type Effects, type Merging, together } from '../effects/effects.js';
import { type ArchiveView, hintOf, locateArchived, placesOf } from '../sight/archive.js';
import type { Awaited } from '../sight/pending-mail.js';
import { lookUpStrangers, place, resolveMerges, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { ticketMove } from './moves.js';

interface Seen {
  readonly archive: ArchiveView;
  readonly pending: Awaited;
}

export async function planMerges(desk: Desk, survey: Survey, seen: Seen): Promise<Effects> {
  const { ledger } = survey;
  const plans = [await tidyMerged(desk, survey)];
  for (const merge of survey.merges) {
    if (ledger.merges.of(merge.from)?.uid === merge.uid) {
      plans.push(await planMerge(desk, survey, { ...seen, merge }));
      continue;
    }
    desk.log.warn(
      { ticket: merge.from, into: merge.into },
      'a merge is void: an earlier one stands, or it would close a circle',
    );
    plans.push(over(merge));
  }
  return together(plans);
}

/** It is done, and the survey no longer true. */
function over(merge: Registered<MergeRecord>): Merging {
  return { done: doneWith([merge]), stale: true };
}

async function planMerge(
  desk: Desk,
  survey: Survey,
  given: Seen & { merge: Registered<MergeRecord> },
): Promise<Merging> {
  const { merge, archive, pending } = given;
  const number = survey.ledger.endOf(merge.from);
  const record = survey.ledger.records.get(number);
  const merged = survey.ledger.records.get(merge.from);
  if (record === undefined || merged === undefined) {
    desk.log.warn({ ticket: merge.from, into: merge.into }, 'a merge names a ticket that is not there');
    return over(merge);
  }
  // Its first message has still to be filed, and until then its entry must say so.
  if (isUnderWay(merged) && (await pending.identities()).has(merged.rootIdentity)) return {};
  const change = { number, to: stateOf(record) };
  const cameBy = ({ facts }: FiledMessage): boolean =>
    survey.ledger.merges.path(survey.ledger.namedBy(facts) ?? number).includes(merge.from);
  const archived = (await inArchive(desk, survey, { number, archive })).filter(cameBy);
  const inOpen = survey.open.filter((message) => message.ticket === number && cameBy(message));
  desk.log.info({ ticket: merge.from, into: number }, 'the ticket is merged into the other');
  return {
    ...over(merge),
    moves: [ticketMove(desk, change.to === 'archived' ? inOpen : archived, change)],
    hints: change.to === 'archived' ? [hintOf(archive, number, { there: placesOf(archived) })] : [],
    links: [change],
    merged: [merged.uid],
  };
}

/**
 * With what nobody has written down yet: a person has just moved it there, or the last pass has copied it. Left behind, it
 * would look as if somebody had moved it out of the ticket that it belongs to from now on.
 */
async function inArchive(
  desk: Desk,
  survey: Survey,
  { number, archive }: { number: number; archive: ArchiveView },
): Promise<readonly FiledMessage[]> {
  const located = await locateArchived(desk, survey, number);
  await lookUpStrangers(desk, survey, archive.strays);
  const known = new Set(located.map(({ uid }) => uid));
  const strays = place(survey, archive.strays).filter(
    ({ uid, ticket }) => ticket === number && !known.has(uid),
  );
  return [...located, ...strays];
}

/** Entries that look open or under way, and of which nothing lies in Open: they may be merged ones that somebody touched. */
async function tidyMerged(desk: Desk, survey: Survey): Promise<Merging> {
  const here = new Set(survey.open.map(({ ticket }) => ticket));
  const { ledger } = survey;
  const isOdd = (record: StoredTicket): boolean =>
    (stateOf(record) === 'open' || isUnderWay(record)) && !here.has(record.number);
  const odd = [...ledger.records.values()].filter(isOdd);
  const numbers = odd.map(({ number }) => number);
  await resolveMerges(desk, survey, numbers);
  const live = new Set(survey.merges.map(({ from }) => from));
  const merged = odd.filter(({ number }) => ledger.endOf(number) !== number && !live.has(number));
  return { merged: merged.map(({ uid }) => uid), stale: merged.length > 0 };
}
