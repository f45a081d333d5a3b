/**
 * What the register knows of a letter that is still to be sent: failed attempts, refusals, and that a person has put it
 * back into the outbox since. Entries are of the kind `attempt`, under names that no message's identity has:
 *
 * - `letter:<Message-ID>`, live: an attempt that failed. `\Answered`: it went to Review for that reason.
 * - `line:<Message-ID>`, live: the mail server broke off at it (`broken-line.ts`). That alone is no attempt.
 * - `retry:<Message-ID>`, live: it came back from Review, and its age counts from this entry.
 * - the kind `taken`, `\Answered`: the mail server has taken it after all that.
 */
import { rowOf, type Staging } from '../../desk/letters/staging.js';
import type { AttemptRecord, Registered } from '../../mailbox/register/entry.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import type { Query } from '../../mailbox/store.js';
import { doneWith, type Effects, type NewEntry } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { findInArchive } from './archive.js';
import { attemptEntry, attemptsOver } from './attempts.js';
import { bearing } from './search-archive.js';
import { live, type Survey } from './survey.js';

const MAX_LETTER_ATTEMPTS = 3;
/** A server that refuses for a while must not use up all attempts in it. */
const BETWEEN_ATTEMPTS_MS = 60_000;
/** A letter that is younger was staged in this pass, or the one before, and nothing is known of it but live entries. */
const KNOWN_AFTER_MS = 60_000;

export const LETTER = 'letter:';
const RETRY = 'retry:';
const LINE = 'line:';

export interface History {
  readonly attempts: number;
  readonly lastAttempt: Date | null;
  /** Why it went to Review, if it ever did. */
  readonly refusedBecause: string | null;
  readonly retriedAt: Date | null;
  readonly taken: boolean;
}

const NO_HISTORY: History = {
  attempts: 0,
  lastAttempt: null,
  refusedBecause: null,
  retriedAt: null,
  taken: false,
};

/** What is known of a letter by its Message-ID: nothing of one that has none. */
export function historyIn(histories: ReadonlyMap<string, History>, id: string | null): History {
  return histories.get(id ?? '') ?? NO_HISTORY;
}

/** By Message-ID; a letter without one is not in it. */
export async function readHistories(
  desk: Desk,
  survey: Survey,
  copies: readonly OutboxCopy[],
): Promise<ReadonlyMap<string, History>> {
  const now = desk.now().getTime();
  const noted = new Set(survey.attempts.map(({ identity }) => identity));
  const ids = copies.flatMap(({ messageId, stagedAt }) =>
    messageId !== null &&
    (noted.has(`${LETTER}${messageId}`) || Math.abs(now - stagedAt.getTime()) >= KNOWN_AFTER_MS)
      ? [messageId]
      : [],
  );
  return historiesOf(desk, ids);
}

export async function historiesOf(desk: Desk, ids: readonly string[]): Promise<ReadonlyMap<string, History>> {
  if (ids.length === 0) return new Map();
  const { store, folders } = desk;
  const or = ids.flatMap((id): Query[] => [
    { header: 'X-Imapdesk-Identity', contains: `:${id}` },
    { header: 'X-Imapdesk-Taken', contains: `<${id}>` },
  ]);
  const entries = await store.fetch(folders.register, await store.search(folders.register, { or }));
  const known = entries.flatMap((message): Registered[] => {
    const record = parseRecord(message);
    return record === null ? [] : [record];
  });
  return new Map(ids.map((id) => [id, historyOf(id, known)]));
}

function historyOf(id: string, known: readonly Registered[]): History {
  const about = (prefix: string, isLive: boolean): readonly Registered<AttemptRecord>[] =>
    known.filter(
      (record): record is Registered<AttemptRecord> =>
        record.kind === 'attempt' &&
        record.identity === `${prefix}${id}` &&
        record.flags.has('\\Answered') !== isLive,
    );
  const [attempts, retries, refusals] = [about(LETTER, true), about(RETRY, true), about(LETTER, false)];
  return {
    attempts: attempts.length,
    lastAttempt: attempts.at(-1)?.at ?? null,
    refusedBecause: refusals.at(-1)?.why ?? null,
    retriedAt: retries.at(-1)?.at ?? null,
    taken: known.some((record) => record.kind === 'taken' && record.messageIds.includes(id)),
  };
}

/** One more failed attempt: the entry that says so, unless the last one was just now; or that it was the last that it gets. */
export function failedSending(
  desk: Desk,
  failed: { readonly id: string; readonly history: History; readonly why: string },
): readonly NewEntry[] | 'given-up' {
  const { id, history, why } = failed;
  const since = desk.now().getTime() - (history.lastAttempt?.getTime() ?? 0);
  if (since < BETWEEN_ATTEMPTS_MS) return [];
  if (history.attempts + 1 >= MAX_LETTER_ATTEMPTS) return 'given-up';
  return [attemptEntry(desk, { identity: `${LETTER}${id}`, messageId: id, why })];
}

/** Before the copy goes to Review, so that whatever lies there for this reason can be told from other mail. */
export function refusalEntry(desk: Desk, { id, why }: { id: string; why: string }): NewEntry {
  return attemptEntry(desk, { identity: `${LETTER}${id}`, messageId: id, why, done: true });
}

/** Letters at which the mail server has broken off, by Message-ID. */
export function brokenAt(survey: Survey): ReadonlySet<string> {
  const lines = live(survey.attempts).filter(({ identity }) => identity.startsWith(LINE));
  return new Set(lines.map(({ identity }) => identity.slice(LINE.length)));
}

export function brokenEntry(desk: Desk, { id, why }: { id: string; why: string }): NewEntry {
  return attemptEntry(desk, { identity: `${LINE}${id}`, messageId: id, why });
}

/** They were taken after a refusal, and are never to be sent again, wherever somebody moves them. */
export function takenAtLast(ids: readonly string[]): readonly NewEntry[] {
  return ids.length === 0 ? [] : [{ record: { kind: 'taken', messageIds: ids }, flags: ['\\Answered'] }];
}

/** Live entries of letters that wait no more; while mail in the outbox can't be read, nobody knows which do. */
export function historiesOver(desk: Desk, survey: Survey, waiting: readonly OutboxCopy[]): Effects {
  if (desk.cache.unreadableOutbox.length > 0) return {};
  const ids = new Set(waiting.flatMap(({ messageId }) => messageId ?? []));
  const isOver = (identity: string): boolean =>
    isOfLetter(identity) && !ids.has(identity.slice(identity.indexOf(':') + 1));
  return { done: doneWith(attemptsOver(survey, isOver)) };
}

function isOfLetter(identity: string): boolean {
  return [LETTER, RETRY, LINE].some((prefix) => identity.startsWith(prefix));
}

/** Which of these letters lie in a ticket, or in the outbox as sent; `open` is what lies in Open. */
export async function sentAlready(
  desk: Desk,
  open: readonly FiledMessage[],
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { store, folders, cache } = desk;
  const sent = { and: [{ flag: '\\Answered', set: true }, { or: bearing(ids) }] };
  const marked = await store.search(folders.outbox, sent);
  const copies = [
    ...(await cache.read(store, folders.outbox, marked)),
    ...(await findInArchive(desk, ids)),
    ...open,
  ].flatMap(({ facts }) => facts.messageId ?? []);
  return new Set(ids.filter((id) => copies.includes(id)));
}

/** What is known of a letter without sending it: that it was taken, or that it came back from Review, which is to be noted. */
export async function knownOf(
  desk: Desk,
  survey: Survey,
  letter: {
    readonly messageId: string | null;
    readonly taken: ReadonlySet<string>;
    readonly histories: ReadonlyMap<string, History>;
  },
): Promise<'taken' | 'came-back' | null> {
  const { messageId, taken, histories } = letter;
  if (messageId === null) return null;
  if (taken.has(messageId)) return 'taken';
  const history = historyIn(histories, messageId);
  if (history.taken) return 'taken';
  if (history.refusedBecause === null || history.retriedAt !== null || desk.hold) return null;
  return (await sentAlready(desk, survey.open, [messageId])).has(messageId) ? 'taken' : 'came-back';
}

/** It begins anew from this entry on. */
export function retryEntry(desk: Desk, id: string): NewEntry {
  return attemptEntry(desk, { identity: `${RETRY}${id}`, messageId: id, why: 'sent once more' });
}

/** The notice of a letter's age for giving it up: a person who sends it once more begins anew. */
export function waitingSince({ stagedAt }: OutboxCopy, { retriedAt }: History): Date {
  return retriedAt !== null && retriedAt > stagedAt ? retriedAt : stagedAt;
}

/** News of the desk to its staff about other mail: of that nobody is told, and it is given up for no single refusal. */
export function isNews(stage: Staging): boolean {
  return rowOf(stage).news === true;
}
