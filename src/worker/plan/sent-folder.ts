/**
 * Watches the folder in which mail programs save what people send from the desk's own account. What answers a ticket is
 * copied into it, and the other staff are told; it has gone out by itself, so nobody else gets anything. What the desk
 * itself sent, and hosts save as well, is left alone.
 *
 * A message that names the desk among its recipients comes to the inbox, too. That copy is waited for; the one in the
 * folder then only proves who wrote it, and is copied if the other never comes. A mark in the register says how far the
 * folder was looked at; raising it comes last, so that a pass that dies is done again, and finds what it filed.
 *
 * Many hosts create the folder with the first letter that is sent. Where there was none when the desk began, all that is
 * in it is new: the first mark says that there was none.
 */
import { findMatch, isByThread, type TicketMatch } from '../../desk/decide/match.js';
import { isOwn } from '../../desk/sign/origin.js';
import { isDeskAddress } from '../../desk/sign/ticket-address.js';
import type { SentWatermarkRecord } from '../../mailbox/register/entry.js';
import type { FolderState, Query } from '../../mailbox/store.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Facts } from '../../message/facts/facts.js';
import { doneWith, type Effects } from '../effects/effects.js';
import { adoptionOf } from '../sight/beginning.js';
import { lookUpNamed } from '../sight/look-up.js';
import { hasJustCome, isSameLetter, sentFolder } from '../sight/own-account.js';
import { type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { planCopy, type SentMessage } from './file-sent.js';
import { fromAccountEntry } from './members.js';

/** How many messages are looked at in one pass. */
const MAX_AT_ONCE = 100;
/** This many messages may be looked at again in the next pass, before a new mark is worth an entry. */
const MAX_UNMARKED = 50;
/** How long the copy in the inbox is waited for. */
const COMES_WITHIN_MS = 600_000;
const LOOKED_AT_AGAIN_MS = 60_000;
/** What the mark says of a folder that is not there yet: no folder has this UIDVALIDITY (RFC 9051 §9, nz-number). */
const NO_FOLDER: FolderState = { uidValidity: '0', uidNext: 1 };
/** How far a server's clock may be behind ours, with room for searches by date, which know whole days only. */
const CLOCKS_DIFFER_MS = 86_400_000;

interface Fresh {
  readonly folder: string;
  readonly uidValidity: string;
  readonly messages: readonly SentMessage[];
  /** Below this UID everything was looked at. */
  readonly below: number;
}

/** What is to be carried out one after the other, each against the survey that it was planned by. */
export type Steps<T = void> = AsyncGenerator<{ readonly survey: Survey; readonly effects: Effects }, T>;

export async function* planSent(desk: Desk, survey: Survey): Steps {
  if (desk.sent === false) return;
  const marks = survey.sentWatermarks;
  const began = adoptionOf(survey).at;
  const mark = (folder: FolderState) => ({ survey, effects: raisedWatermark(desk, marks, folder) });
  const folder = await sentFolder(desk);
  if (folder === null) {
    if (marks.length === 0) yield mark(NO_FOLDER);
    return tellMissing(desk, marks);
  }
  const state = await desk.store.state(folder);
  const last = marks.at(-1) ?? (await firstWatermark(desk, folder, began));
  if (last === null) return yield mark(state);
  if (last.uidValidity === state.uidValidity && state.uidNext <= last.uidNext) return;
  const fresh = await freshMail(desk, folder, { mark: last, began, ...state });
  const { filed, below } = yield* fileAll(desk, fresh);
  const worthIt = filed || below - last.uidNext > MAX_UNMARKED || last.uidValidity !== fresh.uidValidity;
  if (worthIt) yield mark({ uidValidity: fresh.uidValidity, uidNext: below });
}

/** The folder that comes is known to be all new. A configured name may also be mistyped, or its folder be gone. */
function tellMissing(desk: Desk, marks: Survey['sentWatermarks']): void {
  const isAwaited = marks.at(-1)?.uidValidity === NO_FOLDER.uidValidity;
  if (typeof desk.sent !== 'string' || isAwaited || desk.cache.sentFolderMissed) return;
  desk.cache.sentFolderMissed = true;
  desk.log.warn(
    { folder: desk.sent },
    `there is no folder "${desk.sent}" (sent): what people send from the desk's account is filed once it is there; if the name is wrong, set "sent"`,
  );
}

/**
 * For a desk that has written no mark yet: an older imapdesk wrote none where there was no folder, and this one may have
 * died before. UIDs are given in order of arrival: a folder whose first message came after the desk began was not there,
 * or empty, until then. null where it holds older mail, of which nothing is looked at.
 */
async function firstWatermark(desk: Desk, folder: string, began: Date): Promise<SentWatermarkRecord | null> {
  const [first] = await desk.store.search(folder, { and: [] });
  const [oldest] = await desk.store.fetch(folder, first === undefined ? [] : [first]);
  if (oldest === undefined || oldest.receivedAt < began) return null;
  return { kind: 'sent', ...NO_FOLDER, at: began };
}

async function freshMail(
  desk: Desk,
  folder: string,
  seen: { mark: SentWatermarkRecord; began: Date; uidValidity: string; uidNext: number },
): Promise<Fresh> {
  const { mark, uidValidity, uidNext } = seen;
  const known = mark.uidValidity === uidValidity;
  const found = await desk.store.search(folder, newSince(mark, seen));
  const uids = found.filter((uid) => uid < uidNext && (!known || uid >= mark.uidNext));
  const some = uids.slice(0, MAX_AT_ONCE);
  const stored = await desk.store.fetch(folder, some, { structure: true });
  const recreated = !known && mark.uidValidity !== NO_FOLDER.uidValidity;
  const messages = stored.flatMap((message) => {
    const facts = desk.cache.factsOf(message);
    if (isOwn(desk.policy, facts) || facts.automatic !== null || (recreated && facts.receivedAt < mark.at))
      return [];
    return [{ uid: message.uid, facts, structure: trueStructure(message) }];
  });
  const last = some.at(-1);
  return {
    folder,
    uidValidity,
    messages,
    below: uids.length > some.length && last !== undefined ? last + 1 : uidNext,
  };
}

/** Mail from before the desk answers none of its tickets: that of a folder that somebody copies in is not read. */
function newSince(mark: SentWatermarkRecord, seen: { began: Date; uidValidity: string }): Query {
  if (mark.uidValidity === seen.uidValidity) return { uidFrom: mark.uidNext };
  if (mark.uidValidity !== NO_FOLDER.uidValidity) return { since: mark.at };
  return { since: new Date(seen.began.getTime() - CLOCKS_DIFFER_MS) };
}

/** Answers below which UID nothing is waited for. */
async function* fileAll(
  desk: Desk,
  { folder, messages, below }: Fresh,
): Steps<{ readonly filed: boolean; readonly below: number }> {
  if (messages.length === 0) return { filed: false, below };
  const survey = await takeSurvey(desk);
  const named = messages.map(({ facts }) => facts);
  await lookUpNamed(desk, survey, named);
  let filed = false;
  let waiting = below;
  for (const message of messages) {
    const effects = await planOne(desk, survey, { folder, message });
    if (effects === 'waiting') {
      waiting = Math.min(waiting, message.uid);
      desk.cache.waitFor(desk.now().getTime() + LOOKED_AT_AGAIN_MS);
    }
    if (effects === 'waiting' || effects === null) continue;
    filed = true;
    yield { survey, effects };
  }
  return { filed, below: waiting };
}

/** null where there is nothing to be done. */
async function planOne(
  desk: Desk,
  survey: Survey,
  sent: { folder: string; message: SentMessage },
): Promise<Effects | 'waiting' | null> {
  const { facts } = sent.message;
  const waits = comesByItself(desk, facts) ? 'waiting' : null;
  const match = namedTicket(desk, survey, facts);
  if (match === null) return waits;
  const { number } = match;
  if (survey.ledger.isFiled(facts.identity, number)) return null;
  const twin = survey.ledger.sameEvent(facts);
  if (twin !== null && isSameLetter(facts, twin) && survey.ledger.membership(twin) === number) {
    const entries = fromAccountEntry(survey, { number, facts: twin });
    return entries.length === 0 ? null : { entries };
  }
  return waits ?? planCopy(desk, survey, { ...sent, match });
}

function namedTicket({ policy }: Desk, { ledger }: Survey, facts: Facts): TicketMatch | null {
  const match = findMatch(policy, ledger, facts);
  if (match === null || 'conflict' in match || isByThread(match)) return null;
  return ledger.exists(match.number) ? match : null;
}

function comesByItself(desk: Desk, facts: Facts): boolean {
  const named = facts.toAndCc.some(({ address }) => isDeskAddress(desk.policy, address));
  return named && hasJustCome(desk, facts, COMES_WITHIN_MS);
}

function raisedWatermark(
  desk: Desk,
  marks: Survey['sentWatermarks'],
  { uidValidity, uidNext }: FolderState,
): Effects {
  const record = { kind: 'sent', uidValidity, uidNext, at: desk.now() } as const;
  return { entries: [{ record }], done: doneWith(marks) };
}
