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
import { findMatch, isByThread } from '../../desk/decide/match.js';
import { isOwn } from '../../desk/sign/origin.js';
import { isDeskAddress } from '../../desk/sign/ticket-address.js';
import type { Registered, SentMarkRecord } from '../../mailbox/register/entry.js';
import type { FolderState, Query } from '../../mailbox/store.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Facts } from '../../message/facts/facts.js';
import { Problem } from '../../problem/problem.js';
import { noteWritten } from '../effects/member-entries.js';
import { appendRecord } from '../effects/register-writing.js';
import { lookUpNamed } from '../sight/look-up.js';
import { adoptionOf } from '../sight/opening.js';
import { hasJustCome, isSameLetter, sentFolder } from '../sight/own-account.js';
import { type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { copySent, type SentMessage } from './file-sent.js';

/** How many messages are looked at in one pass. */
const MAX_AT_ONCE = 100;
/** So many messages may be looked at again in the next pass, before a new mark is worth an entry. */
const MAX_UNMARKED = 50;
/** How long the copy in the inbox is waited for. */
const COMES_WITHIN_MS = 600_000;
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

/** A folder that cannot be read must not keep the desk from its own work: the next pass tries again. */
export async function watchSent(desk: Desk, known: Pick<Survey, 'sentMarks' | 'adoption'>): Promise<void> {
  try {
    if (desk.sent !== false) await lookAtSent(desk, known.sentMarks, adoptionOf(known).at);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    desk.log.warn({ code: error.code }, `the folder of sent mail could not be looked at: ${error.message}`);
  }
}

async function lookAtSent(
  desk: Desk,
  marks: readonly Registered<SentMarkRecord>[],
  began: Date,
): Promise<void> {
  const folder = await sentFolder(desk);
  if (folder === null) return noteMissing(desk, marks);
  const state = await desk.store.state(folder);
  const mark = marks.at(-1) ?? (await firstMark(desk, folder, began));
  if (mark === null) return raiseMark(desk, marks, state);
  if (mark.uidValidity === state.uidValidity && state.uidNext <= mark.uidNext) return;
  const fresh = await freshMail(desk, folder, { mark, began, ...state });
  const { waiting, filed } = await fileAll(desk, fresh);
  const uidNext = waiting?.uid ?? fresh.below;
  const worthIt = filed || uidNext - mark.uidNext > MAX_UNMARKED || mark.uidValidity !== fresh.uidValidity;
  if (worthIt) await raiseMark(desk, marks, { uidValidity: fresh.uidValidity, uidNext });
}

/**
 * Once written down, the folder that comes is known to be all new. A configured name may also be mistyped, or its folder
 * be gone: that is said in the log.
 */
async function noteMissing(desk: Desk, marks: readonly Registered<SentMarkRecord>[]): Promise<void> {
  if (marks.length === 0) await raiseMark(desk, marks, NO_FOLDER);
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
async function firstMark(desk: Desk, folder: string, began: Date): Promise<SentMarkRecord | null> {
  const [first] = await desk.store.search(folder, { and: [] });
  const [oldest] = await desk.store.fetch(folder, first === undefined ? [] : [first]);
  if (oldest === undefined || oldest.receivedAt < began) return null;
  return { kind: 'sent', ...NO_FOLDER, at: began };
}

async function freshMail(
  desk: Desk,
  folder: string,
  seen: { mark: SentMarkRecord; began: Date; uidValidity: string; uidNext: number },
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
function newSince(mark: SentMarkRecord, seen: { began: Date; uidValidity: string }): Query {
  if (mark.uidValidity === seen.uidValidity) return { uidFrom: mark.uidNext };
  if (mark.uidValidity !== NO_FOLDER.uidValidity) return { since: mark.at };
  return { since: new Date(seen.began.getTime() - CLOCKS_DIFFER_MS) };
}

/** Answers the first message that is still waited for, and whether anything was written down. */
async function fileAll(
  desk: Desk,
  fresh: Fresh,
): Promise<{ readonly waiting: SentMessage | undefined; readonly filed: boolean }> {
  if (fresh.messages.length === 0) return { waiting: undefined, filed: false };
  const survey = await takeSurvey(desk);
  await lookUpNamed(
    desk,
    survey,
    fresh.messages.map(({ facts }) => facts),
  );
  let waiting: SentMessage | undefined;
  let filed = false;
  for (const message of fresh.messages) {
    const outcome = await fileOne(desk, survey, { folder: fresh.folder, message });
    if (outcome === 'waiting') waiting ??= message;
    filed ||= outcome === 'filed';
  }
  return { waiting, filed };
}

async function fileOne(
  desk: Desk,
  survey: Survey,
  sent: { folder: string; message: SentMessage },
): Promise<'filed' | 'waiting' | 'nothing'> {
  const { policy } = desk;
  const { facts } = sent.message;
  const match = findMatch(policy, survey.ledger, facts);
  const named = match === null || 'conflict' in match || isByThread(match) ? null : match;
  if (named === null || !survey.ledger.exists(named.number)) {
    return comesByItself(desk, facts) ? 'waiting' : 'nothing';
  }
  const { number } = named;
  if (survey.ledger.isFiled(facts.identity, number)) return 'nothing';
  const twin = survey.ledger.sameEvent(facts);
  if (twin !== null && isSameLetter(facts, twin) && survey.ledger.membership(twin) === number)
    return noteWritten(desk, survey, { number, facts: twin });
  if (comesByItself(desk, facts)) return 'waiting';
  await copySent(desk, survey, { ...sent, match: named });
  return 'filed';
}

function comesByItself(desk: Desk, facts: Facts): boolean {
  const named = facts.toAndCc.some(({ address }) => isDeskAddress(desk.policy, address));
  return named && hasJustCome(desk, facts, COMES_WITHIN_MS);
}

async function raiseMark(
  desk: Desk,
  marks: readonly Registered<SentMarkRecord>[],
  { uidValidity, uidNext }: { uidValidity: string; uidNext: number },
): Promise<void> {
  const mark = { kind: 'sent', uidValidity, uidNext, at: desk.now() } as const;
  await appendRecord(desk, mark, { highest: 0, flags: [] });
  const over = marks.map(({ uid }) => uid);
  if (over.length > 0) await desk.store.setFlags(desk.folders.register, over, { add: ['\\Answered'] });
}
