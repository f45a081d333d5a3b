/** What the desk has still to file: see docs/mail-flow.md#adoption. */
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { Query, StoredMessage } from '../../mailbox/store.js';
import type { MessagePart } from '../../message/body/structure.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { findUnreadable, unreadableFacts } from '../workplace/unreadable.js';
import { copiesOf, type Standing, standingBy } from './copied-inbox.js';

export interface Pending extends FiledMessage {
  readonly structure: MessagePart | null;
  /** Older than the desk, and taken on request: it is filed without telling anybody. */
  readonly quiet: boolean;
}

/** Where in the inbox pending mail lies; of some only their headers tell whether it is any. */
export interface PendingPlaces {
  readonly uidValidity: string;
  readonly uidNext: number;
  /** Ascending. */
  readonly uids: readonly number[];
  readonly rule: Rule;
}

/** Reads no message. */
export async function findPlaces(desk: Desk, adoption: AdoptionRecord): Promise<PendingPlaces> {
  const { store, folders } = desk;
  const { uidValidity, uidNext } = await store.state(folders.inbox);
  const rule = ruleFor(adoption, uidValidity);
  return { uidValidity, uidNext, rule, uids: await store.search(folders.inbox, rule.query) };
}

/** All of it at once. A pass reads it in windows (`pending-mail.ts`). */
export async function findPending(desk: Desk, adoption: AdoptionRecord): Promise<readonly Pending[]> {
  const places = await findPlaces(desk, adoption);
  return readPending(desk, places, places.uids);
}

/** What is pending of these UIDs; those that are gone are left out. */
export async function readPending(
  desk: Desk,
  { uidValidity, rule }: PendingPlaces,
  uids: readonly number[],
): Promise<readonly Pending[]> {
  const { store, folders } = desk;
  const messages = await store.fetch(folders.inbox, uids, { structure: true });
  const readable = messages.flatMap((message): Pending[] => {
    const facts = withKeywords(desk.cache.factsOf(message), message.flags);
    const standing = rule.of(message, facts);
    if (standing !== 'new' && standing !== 'quiet') return [];
    return [{ uid: message.uid, facts, structure: trueStructure(message), quiet: standing === 'quiet' }];
  });
  const missing = await findUnreadable(desk, folders.inbox, { uids, read: messages });
  if (missing.length === 0) return readable;
  // Which of the older mail was taken is told by identities after a change of UIDVALIDITY, and these have none.
  const unread =
    rule.byDatesFrom === null
      ? missing
      : await store.search(folders.inbox, { and: [{ uids: missing }, { since: rule.byDatesFrom }] });
  const now = desk.now();
  const unreadable = unread.map((uid) => {
    const facts = unreadableFacts({ uidValidity, uid }, now);
    return { uid, facts, structure: null, quiet: rule.isQuiet(uid) };
  });
  return [...readable, ...unreadable];
}

/** How pending mail is told from all else that lies in the inbox. */
interface Rule {
  readonly query: Query;
  /** Where dates tell what is pending, not places alone: since when; null where places tell it. */
  readonly byDatesFrom: Date | null;
  readonly of: (message: StoredMessage, facts: Facts) => Standing;
  readonly isQuiet: (uid: number) => boolean;
}

function ruleFor(adoption: AdoptionRecord, uidValidity: string): Rule {
  const copies = copiesOf(adoption, uidValidity);
  const known = uidValidity === adoption.uidValidity ? [adoption] : copies;
  const [first] = known;
  const byDates = standingBy(adoption);
  const byDatesFrom = first === adoption ? null : adoption.at;
  if (first === undefined) return { query: { and: [] }, byDatesFrom, of: byDates, isQuiet: () => false };
  const taken = known.flatMap((entry) => entry.taken);
  const quiet = new Set(taken.filter((one) => one.quiet).map(({ uid }) => uid));
  const uids = taken.map(({ uid }) => uid);
  const uidFrom = Math.max(...known.map(({ uidNext }) => uidNext));
  const isTaken = new Set(uids);
  return {
    query: { or: [{ uidFrom }, ...(uids.length === 0 ? [] : [{ uids }])] },
    byDatesFrom,
    of: (message, facts) => {
      if (quiet.has(message.uid)) return 'quiet';
      // What is still being copied has UIDs of its own above those that were there.
      return first === adoption || isTaken.has(message.uid) ? 'new' : byDates(message, facts);
    },
    isQuiet: (uid) => quiet.has(uid),
  };
}

/** A server that sorts mail by keywords instead of fields. */
function withKeywords(facts: Facts, flags: ReadonlySet<string>): Facts {
  const junk = [...flags].some((flag) => /^\$?Junk$/i.test(flag)) && !flags.has('$NotJunk');
  return junk ? { ...facts, spam: [...facts.spam, 'the server has set the keyword $Junk'] } : facts;
}

/**
 * In order of arrival, but a message that another pending one names in References goes before it: mail overtakes
 * mail.
 */
export function inOrder(pending: readonly Pending[]): readonly Pending[] {
  const arrived = [...pending].sort(
    (a, b) => a.facts.receivedAt.getTime() - b.facts.receivedAt.getTime() || a.uid - b.uid,
  );
  const byId = new Map<string, Pending>();
  for (const one of arrived) if (one.facts.messageId !== null) byId.set(one.facts.messageId, one);
  const placed = new Set<Pending>();
  const ordered: Pending[] = [];
  for (const first of arrived) placeWithBefore(first, { byId, placed, ordered });
  return ordered;
}

/** A stack instead of recursion: a thread may be as long as its senders like, and may name itself in a circle. */
function placeWithBefore(
  first: Pending,
  order: { byId: ReadonlyMap<string, Pending>; placed: Set<Pending>; ordered: Pending[] },
): void {
  const { byId, placed, ordered } = order;
  const stack = [first];
  const waiting = new Set<Pending>();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const before = waiting.has(top)
      ? []
      : named(top, byId).filter((one) => !placed.has(one) && !waiting.has(one));
    waiting.add(top);
    stack.push(...before);
    if (before.length > 0) continue;
    stack.pop();
    if (!placed.has(top)) ordered.push(top);
    placed.add(top);
  }
}

function named(one: Pending, byId: ReadonlyMap<string, Pending>): Pending[] {
  return one.facts.references.flatMap((id) => byId.get(id) ?? []);
}
