/**
 * An inbox whose UIDs are not those of the desk's beginning any more, because it was copied or moved to another server.
 * Then arrival dates and identities take the UIDs' place. A copy may have lost the arrival dates too; old mail would
 * look new, and be answered. So what a message says itself counts as well: mail that looks new, and whose own date lies
 * before the desk began, is old. If that is much, somebody has to say what to do, as at the beginning; a little is filed
 * without telling anybody but staff. Either way the register says from then on what is pending of the mail that is there.
 */
import { isOwn } from '../../desk/sign/origin.js';
import { keyedHash } from '../../desk/sign/signature.js';
import type { AdoptionRecord, CopiedRecord, Taken } from '../../mailbox/register/entry.js';
import type { StoredMessage } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { ownDate } from '../../message/header/own-date.js';
import type { AdoptChoice, Desk } from '../workplace/desk.js';
import { findUnreadable, unreadableIdentity } from '../workplace/unreadable.js';
import { COPY_CAUSE } from './causes.js';
import { type Older, tooManyCopied } from './older-mail.js';

/** A search by date knows whole days only, and a server may count them in a zone of its own (RFC 9051 §6.4.4). */
const DAY_MS = 86_400_000;

/** `older` arrived before the desk began; `old` seems to have arrived since, and says itself that it did not. */
export type Standing = 'new' | 'quiet' | 'older' | 'old';

/** Tells where a message of the inbox stands, where its UID does not tell. */
export function standingBy(adoption: AdoptionRecord): (message: StoredMessage, facts: Facts) => Standing {
  const { taken, copies = [] } = adoption;
  // Dates of messages are in whole seconds: what came in the second in which the desk began is not taken for older.
  const at = new Date(Math.floor(adoption.at.getTime() / 1000) * 1000);
  const quiet = new Map<string, boolean>();
  for (const one of [...taken, ...copies.flatMap((copy) => copy.taken)])
    if (!quiet.has(one.identity)) quiet.set(one.identity, one.quiet);
  return (message, facts) => {
    const isQuiet = quiet.get(facts.identity);
    if (isQuiet !== undefined) return isQuiet ? 'quiet' : 'new';
    if (message.receivedAt < at) return 'older';
    const own = ownDate(parseHeaderBlock(message.header));
    return own !== null && own < at ? 'old' : 'new';
  };
}

/** What was written down of the inbox under these UIDs. */
export function copiesOf({ copies = [] }: AdoptionRecord, uidValidity: string): readonly CopiedRecord[] {
  return copies.filter((copy) => copy.uidValidity === uidValidity);
}

export interface Judged {
  readonly record: CopiedRecord;
  /** What is filed without telling anybody; staff get one summary. */
  readonly quiet: readonly Older[];
}

/** Changes nothing. null where there is nothing to write down; throws where somebody has to say what to do. */
export async function judgeCopied(desk: Desk, adoption: AdoptionRecord): Promise<Judged | null> {
  const found = await findOld(desk, adoption);
  if (found === null) return null;
  const { uidValidity, uidNext, from, seen, old } = found;
  const choice = choiceFor(desk, adoption);
  if (choice === null && found.count > desk.adopt.atMost) throw tooManyCopied(desk, old);
  const chosen = new Set(choose(old, choice));
  const quiet = [...chosen].filter(({ recent }) => !recent || choice === null);
  const pending = seen.filter((one) => one.standing === 'new' || one.standing === 'quiet' || chosen.has(one));
  const isQuiet = (one: Seen): boolean => one.standing === 'quiet' || quiet.includes(one);
  const taken = [
    ...pending.map((one) => ({ uid: one.uid, identity: one.facts.identity, quiet: isQuiet(one) })),
    ...(await unreadable(desk, adoption, { uidValidity, from, uidNext, read: seen })),
  ];
  const identities = quiet.map(({ facts }) => facts.identity).sort();
  const cause = `${COPY_CAUSE}${keyedHash(desk.policy.secrets[0], 'copied', identities)}`;
  return {
    record: { kind: 'copied', at: desk.now(), uidValidity, uidNext, choice, cause, taken },
    quiet,
  };
}

/** How many messages of the inbox are to be judged, or were judged unasked, as old. */
export async function countCopied(desk: Desk, adoption: AdoptionRecord): Promise<number> {
  return (await findOld(desk, adoption))?.count ?? 0;
}

/** What somebody said once counts for all that is copied later. */
function choiceFor(desk: Desk, { copies = [] }: AdoptionRecord): AdoptChoice | null {
  return desk.adopt.choice ?? copies.findLast((copy) => copy.choice !== null)?.choice ?? null;
}

interface Found {
  readonly uidValidity: string;
  readonly uidNext: number;
  /** All below it was judged before. */
  readonly from: number;
  readonly seen: readonly Seen[];
  readonly old: readonly Seen[];
  /** With those that were filed without a question: a copy that goes on for long is asked about all the same. */
  readonly count: number;
}

async function findOld(desk: Desk, adoption: AdoptionRecord): Promise<Found | null> {
  const { uidValidity, uidNext } = await desk.store.state(desk.folders.inbox);
  if (uidValidity === adoption.uidValidity) return null;
  const { inboxJudged } = desk.cache;
  const known = copiesOf(adoption, uidValidity);
  const from = Math.max(1, ...known.map((copy) => copy.uidNext));
  const above = Math.max(from, inboxJudged.get(uidValidity) ?? 1);
  const isOld = ({ standing, facts }: Seen): boolean => standing === 'old' && !isOwn(desk.policy, facts);
  // What a copy has kept the dates of need not be read.
  const since = new Date(adoption.at.getTime() - DAY_MS);
  if (!(await look(desk, adoption, { from: above, uidNext, since })).some(isOld)) {
    inboxJudged.set(uidValidity, uidNext);
    return null;
  }
  const seen = await look(desk, adoption, { from, uidNext });
  const old = seen.filter(isOld);
  const before = known.flatMap(({ taken }) => taken.filter(({ quiet }) => quiet));
  return { uidValidity, uidNext, from, seen, old, count: before.length + old.length };
}

interface Seen extends Older {
  readonly standing: Standing;
  readonly unseen: boolean;
}

async function look(
  desk: Desk,
  adoption: AdoptionRecord,
  range: { readonly from: number; readonly uidNext: number; readonly since?: Date },
): Promise<readonly Seen[]> {
  const { store, folders } = desk;
  const { from, uidNext, since } = range;
  const found = await store.search(folders.inbox, {
    and: [{ uidFrom: from }, ...(since === undefined ? [] : [{ since }])],
  });
  const uids = found.filter((uid) => uid >= from && uid < uidNext);
  const standing = standingBy(adoption);
  const recently = desk.now().getTime() - desk.adopt.withinMs;
  return (await store.fetch(folders.inbox, uids)).map((message) => {
    const facts = desk.cache.factsOf(message);
    const own = ownDate(parseHeaderBlock(message.header));
    return {
      uid: message.uid,
      facts: own === null ? facts : { ...facts, receivedAt: own },
      recent: own === null || own.getTime() >= recently,
      standing: standing(message, facts),
      unseen: !message.flags.has('\\Seen'),
    };
  });
}

/** Unasked, all are kept; asked for, the same is taken as when the desk began: what nobody has read. */
function choose(old: readonly Seen[], choice: AdoptChoice | null): readonly Seen[] {
  switch (choice) {
    case null:
      return old;
    case 'none':
      return [];
    case 'all':
      return old.filter(({ unseen }) => unseen);
    case 'recent':
      return old.filter(({ unseen, recent }) => unseen && recent);
  }
}

/** What the server cannot read tells no date: by its arrival it is pending, as it would be without this entry. */
async function unreadable(
  desk: Desk,
  adoption: AdoptionRecord,
  seen: { uidValidity: string; from: number; uidNext: number; read: readonly Seen[] },
): Promise<readonly Taken[]> {
  const { store, folders } = desk;
  const { uidValidity, from, uidNext, read } = seen;
  const query = { and: [{ uidFrom: from }, { since: adoption.at }] };
  const uids = (await store.search(folders.inbox, query)).filter((uid) => uid >= from && uid < uidNext);
  const missing = await findUnreadable(desk, folders.inbox, { uids, read });
  return missing.map((uid) => ({ uid, identity: unreadableIdentity({ uidValidity, uid }), quiet: false }));
}
