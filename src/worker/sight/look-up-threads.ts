/**
 * Archived tickets that hold mail of the same conversation as pending mail which names no ticket and no message. One
 * search, for such mail alone, and not far back; it may find any number of answers to a newsletter, so few are read.
 */
import { threadReachMs } from '../../desk/decide/long-closed.js';
import { findMatch } from '../../desk/decide/match.js';
import { mayShareThread, threadIds } from '../../desk/decide/shared-thread.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { Query } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { addressKey } from '../../message/header/addresses.js';
import { searchableThreadIndex } from '../../message/header/thread-index.js';
import type { Desk } from '../workplace/desk.js';
import { loadArchived } from './archive.js';
import { lookUpStrangers, place, resolveMerges, type Survey } from './survey.js';

/** The newest of what was found. */
const MAX_MESSAGES_READ = 40;
/** In a pass's batch, the ones with the newest messages. */
const MAX_TICKETS_LOADED = 5;

export async function lookUpThreads(desk: Desk, survey: Survey, messages: readonly Facts[]): Promise<void> {
  const { store, folders, policy } = desk;
  const asking = messages.filter(
    (facts) => mayShareThread(policy, facts) && findMatch(policy, survey.ledger, facts) === null,
  );
  const or = queriesFor(policy, asking);
  if (or.length === 0) return;
  const since = new Date(desk.now().getTime() - threadReachMs(policy));
  const uids = await store.search(folders.archived, { and: [{ since }, { or }] });
  const found = await desk.cache.read(store, folders.archived, uids.slice(-MAX_MESSAGES_READ));
  const theirs = found.filter(({ facts }) => asking.some((one) => names(facts, one.sender.address)));
  await lookUpStrangers(desk, survey, theirs);
  const numbers = place(survey, theirs).flatMap(({ ticket }) => ticket ?? []);
  const newest = [...new Set(numbers.toReversed())].slice(0, MAX_TICKETS_LOADED);
  await resolveMerges(desk, survey, newest);
  await loadArchived(desk, survey, newest);
}

function queriesFor(policy: DeskPolicy, asking: readonly Facts[]): readonly Query[] {
  const ids = new Set(asking.flatMap((facts) => threadIds(policy, facts)));
  const indexes = new Set(
    asking.flatMap(({ references, threadIndex }) =>
      references.length === 0 && threadIndex?.answers === true ? [searchableThreadIndex(threadIndex)] : [],
    ),
  );
  return [
    ...[...ids].flatMap((id) =>
      ['References', 'In-Reply-To'].map((header): Query => ({ header, contains: id })),
    ),
    ...[...indexes].map((contains): Query => ({ header: 'Thread-Index', contains })),
  ];
}

/** Only who takes part in a closed ticket joins it by its conversation. */
function names({ sender, toAndCc }: Facts, asking: string | null): boolean {
  if (asking === null) return false;
  const key = addressKey(asking);
  return [sender.address, ...toAndCc.map(({ address }) => address)].some(
    (one) => one !== null && addressKey(one) === key,
  );
}
