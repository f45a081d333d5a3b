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
import type { MergeRecord, Registered } from '../../mailbox/register/entry.js';
import { flagLinks, moveMessages } from '../effects/transition.js';
import { type ArchiveView, appendHint, locateArchived } from '../sight/archive.js';
import { followMerges, isUnderWay, lookUpStrangers, place, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

interface Seen {
  readonly archive: ArchiveView;
  /** Identities of what is pending. */
  readonly pending: ReadonlySet<string>;
}

/** Answers whether anything was changed, so that the survey is no longer true. */
export async function finishMerges(desk: Desk, survey: Survey, seen: Seen): Promise<boolean> {
  const { ledger } = survey;
  let changed = await tidyMerged(desk, survey);
  for (const merge of survey.merges) {
    if (ledger.merges.of(merge.from)?.uid === merge.uid) {
      changed = (await finish(desk, survey, { ...seen, merge })) || changed;
      continue;
    }
    desk.log.warn(
      { ticket: merge.from, into: merge.into },
      'a merge is void: an earlier one stands, or it would close a circle',
    );
    await markDone(desk, merge);
    changed = true;
  }
  return changed;
}

async function finish(
  desk: Desk,
  survey: Survey,
  given: Seen & { merge: Registered<MergeRecord> },
): Promise<boolean> {
  const { merge, archive, pending } = given;
  const number = survey.ledger.endOf(merge.from);
  const record = survey.records.get(number);
  const merged = survey.records.get(merge.from);
  if (record === undefined || merged === undefined) {
    desk.log.warn({ ticket: merge.from, into: merge.into }, 'a merge names a ticket that is not there');
    await markDone(desk, merge);
    return true;
  }
  // Its first message has still to be filed, and until then its entry must say so.
  if (isUnderWay(merged) && pending.has(merged.rootIdentity)) return false;
  const to = stateOf(record);
  const cameBy = ({ facts }: FiledMessage): boolean =>
    survey.ledger.merges.path(survey.ledger.namedBy(facts) ?? number).includes(merge.from);
  const archived = (await inArchive(desk, survey, { number, archive })).filter(cameBy);
  const inOpen = survey.open.filter((message) => message.ticket === number && cameBy(message));
  const moved = await moveMessages(desk, to === 'archived' ? inOpen : archived, to);
  if (to === 'archived') {
    const there = archived.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
    const all = { archive, ticket: number, moved: [...there, ...moved], complete: true };
    await appendHint(desk, survey, all);
  }
  await flagLinks(desk, survey, { number, to });
  await setAside(desk, [merged.uid]);
  await markDone(desk, merge);
  desk.log.info({ ticket: merge.from, into: number }, 'the ticket was merged into the other');
  return true;
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
async function tidyMerged(desk: Desk, survey: Survey): Promise<boolean> {
  const here = new Set(survey.open.map(({ ticket }) => ticket));
  const { ledger, records } = survey;
  const isOdd = (number: number): boolean => {
    const record = records.get(number);
    return record !== undefined && (stateOf(record) === 'open' || isUnderWay(record)) && !here.has(number);
  };
  const odd = [...records.keys()].filter(isOdd);
  await followMerges(desk, survey, odd);
  const live = new Set(survey.merges.map(({ from }) => from));
  const merged = odd.filter((number) => ledger.endOf(number) !== number && !live.has(number));
  if (merged.length === 0) return false;
  await setAside(
    desk,
    merged.flatMap((number) => records.get(number)?.uid ?? []),
  );
  return true;
}

async function setAside(desk: Desk, entries: readonly number[]): Promise<void> {
  await desk.store.setFlags(desk.folders.register, entries, { remove: ['\\Flagged'] });
  await desk.store.setFlags(desk.folders.register, entries, { add: ['\\Seen', '\\Answered'] });
}

async function markDone(desk: Desk, { uid }: MergeRecord & { readonly uid: number }): Promise<void> {
  await desk.store.setFlags(desk.folders.register, [uid], { add: ['\\Answered'] });
}
