/**
 * What the desk has answered lately, told by the mailbox: the register's entries say who was acknowledged, the
 * outbox keeps what was sent until the longest window is over.
 *
 * Of what was read before, in this process or in an earlier one (`workplace/sent-record.ts`), only its presence and its
 * flags are looked at anew: one search for what is new and for what stands otherwise than usual, and one count of all else.
 * Where that number is not the expected one, all UIDs are asked for, and what is not known is read. So the answer is what
 * reading everything would give, and costs no more on a day with thousands of tickets.
 */
import { asTheyStand, EarlierLetters } from '../../desk/limits/earlier.js';
import { longestWindowMs } from '../../desk/limits/limits.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { Query } from '../../mailbox/store.js';
import { together } from '../../mailbox/together.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { FolderRecord, Watched } from '../workplace/sent-record.js';
import { factOfAny, READINGS } from './sent-facts.js';
import type { Survey } from './survey.js';

/** More is remembered than counts, so that a clock that is set back a little makes nobody read all again. */
const SLACK_MS = 3_600_000;

/** Headers that lie in memory at a time; a store reads as many in a few commands. */
const READ_TOGETHER = 1_000;

/** Copies that go to their tickets once they are sent are looked for one by one, as long as they fit into one command. */
const MAX_LEAVING = 200;

/**
 * What may still change: the mark of an entry comes and goes with its ticket's transitions, a letter waits, is sent and
 * goes to its ticket.
 */
const UNSETTLED: Readonly<Record<Watched, Query>> = {
  register: { flag: '\\Flagged', set: true },
  outbox: {
    or: [
      { flag: '\\Answered', set: false },
      { flag: '\\Draft', set: true },
      { flag: '\\Flagged', set: true },
    ],
  },
};
const SETTLED: Readonly<Record<Watched, readonly Query[]>> = {
  register: [{ flag: '\\Flagged', set: false }],
  outbox: [
    { flag: '\\Answered', set: true },
    { flag: '\\Draft', set: false },
    { flag: '\\Flagged', set: false },
  ],
};

/** Reads it once in a survey's life: what the pass itself answers is noted as it is decided. */
export async function rememberAnswers(desk: Desk, survey: Survey): Promise<void> {
  if (survey.remembered.answers) return;
  survey.remembered.answers = true;
  const { sent } = desk.cache;
  await sent.load();
  // An acknowledgement that is still held nobody has got; any other held letter counts for its cause.
  const [underWay, held] = await together(
    desk.store,
    () => lookAt(desk, 'register'),
    () => lookAt(desk, 'outbox'),
  );
  sent.hears = true;
  const all = sent.letters();
  const withheld = new EarlierLetters(sent.hash, [
    ...underWay.flatMap((uid) => sent.counted('register', uid) ?? []),
    ...held.flatMap((uid) => sent.counted('outbox', uid) ?? []),
  ]);
  const known = sent.folder('outbox')?.facts;
  const instead = new EarlierLetters(
    sent.hash,
    held.flatMap((uid) => known?.get(uid)?.letter ?? []),
  );
  const earlier = held.length + underWay.length === 0 ? all : asTheyStand(all, { withheld, instead });
  survey.ledger.answers.earlier = earlier;
  survey.ledger.notices.earlier = earlier;
}

/** Reads what a pass has written, so that the next one need not before it can answer. */
export async function learnOwnWork(desk: Desk): Promise<void> {
  await desk.cache.sent.load();
  await together(
    desk.store,
    () => lookAt(desk, 'register'),
    () => lookAt(desk, 'outbox'),
  );
}

/** Brings what is known of a folder up to date. Answers what is `\Flagged` of it, in order of UID. */
async function lookAt(desk: Desk, watched: Watched): Promise<readonly number[]> {
  const { store, folders, cache } = desk;
  const { sent } = cache;
  const folder = folders[watched];
  const { kind } = READINGS[watched];
  const { record, whole } = await recordOf(desk, watched);
  const { first, next, facts } = record;
  const leaving = [...facts].flatMap(([uid, { leaves }]) => (leaves ? [uid] : []));
  const or: Query[] = [{ uidFrom: next }, UNSETTLED[watched]];
  if (leaving.length > 0) or.push({ uids: leaving.slice(0, MAX_LEAVING) });
  const from: Query = { uidFrom: first };
  const [found, settledThere] = await together(
    store,
    () => store.search(folder, { and: [...kind, { or }] }),
    async () => (whole ? store.count(folder, { and: [...kind, from, ...SETTLED[watched]] }) : 0),
  );
  const here = found.filter((uid) => uid >= first);
  const flags = await flagsOf(desk, watched, here);
  const unsettled = new Set(here.filter((uid) => !isSettled(watched, flags.get(uid))));
  const seen = new Set(here);
  sent.forget(
    watched,
    leaving.filter((uid) => !seen.has(uid)),
  );
  const settled = [...facts.keys()].filter((uid) => !unsettled.has(uid)).length;
  const isUnsure = leaving.slice(MAX_LEAVING).some((uid) => !seen.has(uid));
  if (whole && (isUnsure || settledThere !== settled)) {
    const all = new Set(await store.search(folder, { and: [...kind, from] }));
    const gone = [...facts.keys()].filter((uid) => !all.has(uid));
    sent.forget(watched, gone);
    for (const [uid, its] of await learn(desk, watched, [...all])) flags.set(uid, its);
  }
  return [...flags].flatMap(([uid, its]) => (its.has('\\Flagged') ? [uid] : [])).sort((a, b) => a - b);
}

/** Reads what of these is not known yet. Answers the flags of all of them. */
async function flagsOf(
  desk: Desk,
  watched: Watched,
  uids: readonly number[],
): Promise<Map<number, ReadonlySet<string>>> {
  const { store, folders } = desk;
  const read = await learn(desk, watched, uids);
  const known = uids.filter((uid) => !read.has(uid));
  // Of entries that are known only those under way were looked for.
  if (watched === 'register') for (const uid of known) read.set(uid, new Set(['\\Flagged']));
  else if (known.length > 0)
    for (const [uid, flags] of await store.flags(folders.outbox, known)) read.set(uid, flags);
  return read;
}

/** What is known of a folder; where that may not be the whole, nothing but from where on all of it has to be read. */
async function recordOf(
  desk: Desk,
  watched: Watched,
): Promise<{ readonly record: FolderRecord; readonly whole: boolean }> {
  const { store, folders, cache, policy } = desk;
  const folder = folders[watched];
  const { uidValidity, uidNext } = await store.state(folder);
  const oldest = desk.now().getTime() - longestWindowMs(policy);
  const since = oldest - SLACK_MS;
  cache.sent.prune(watched, since);
  const known = cache.sent.folder(watched);
  const isWhole = known !== null && known.since <= oldest && known.next <= uidNext;
  if (isWhole && known.uidValidity === uidValidity) return { record: known, whole: true };
  const query: Query = { and: [...READINGS[watched].kind, { since: new Date(since) }] };
  const [first = uidNext] = await store.search(folder, query);
  return { record: cache.sent.begin(watched, { uidValidity, since, first }), whole: false };
}

/** Reads what of these is not known yet. Answers the flags of what was read. */
async function learn(
  desk: Desk,
  watched: Watched,
  uids: readonly number[],
): Promise<Map<number, ReadonlySet<string>>> {
  const { store, folders, cache } = desk;
  const { sent } = cache;
  const unknown = uids.filter((uid) => sent.folder(watched)?.facts.has(uid) !== true);
  const folder = folders[watched];
  const read = new Map<number, ReadonlySet<string>>();
  for (const some of chunksOf(unknown, READ_TOGETHER)) {
    const messages = await (watched === 'register'
      ? readEntries(store, folder, some)
      : store.fetch(folder, some));
    for (const message of messages) {
      const fact = READINGS[watched].factOf(message, sent.hash);
      sent.learn(watched, message.uid, fact ?? factOfAny(message));
      read.set(message.uid, message.flags);
    }
  }
  return read;
}

/** What is gone meanwhile has no flags, and is not counted. */
function isSettled(watched: Watched, flags: ReadonlySet<string> | undefined): boolean {
  if (flags === undefined || flags.has('\\Flagged')) return false;
  return watched === 'register' || (flags.has('\\Answered') && !flags.has('\\Draft'));
}
