/**
 * Which held letters are released, and which dropped.
 *
 * Held mail whose cause is no longer pending: a worker died between moving the cause and releasing its mail. It is
 * released if the cause lies where its decision puts it, else dropped, because no mail goes out for work that did
 * not happen. It is dropped too where the same mail was sent before.
 *
 * Confirmations to requesters whose ticket somebody closed by moving its mail to the archive, where the desk wants them
 * (`confirm.drag`). Each waits in the outbox, held, for a minute: moving the mail back takes it back. One pass writes to
 * a few people at most.
 */
import type { Staging } from '../../desk/letters/staging.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import type { Effects } from '../effects/effects.js';
import { findInArchive } from '../sight/archive.js';
import {
  ADOPTION_CAUSE,
  COPY_CAUSE,
  isDrag,
  isRefusal,
  isRequest,
  isRoutine,
  routineCause,
} from '../sight/causes.js';
import { sentAlready } from '../sight/letter-history.js';
import { lookUp, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { isLetter, type Letter } from '../workplace/outbox-copy.js';
import { findUnreadable, isUnreadable } from '../workplace/unreadable.js';

const GRACE_MS = 60_000;
const MAX_DRAGS_IN_A_PASS = 5;

function heldFor({ outbox }: Survey, isMeant: (cause: string) => boolean): readonly Letter[] {
  return outbox.filter(isLetter).filter(({ held, stage }) => held && isMeant(stage.cause));
}

export async function planHeld(
  desk: Desk,
  survey: Survey,
  causes: { readonly pending: ReadonlySet<string> },
): Promise<Effects> {
  const held = heldFor(survey, (cause) => !causes.pending.has(cause) && !isDrag(cause) && !isRefusal(cause));
  if (held.length === 0) return {};
  const { store, folders, log } = desk;
  const filed = await desk.cache.readAll(store, folders.open);
  const ids = held.flatMap(({ messageId }) => messageId ?? []);
  // An append may reach the server after its worker has died, and after the next one's.
  const again = await sentAlready(desk, filed, ids);
  const release: number[] = [];
  const drop: number[] = [];
  for (const { uid, messageId, stage } of held) {
    const wasSent = again.has(messageId ?? '');
    const done = !wasSent && (await isDone(desk, survey, { stage, filed }));
    if (!done && !wasSent && isUncertain(desk)) continue;
    (done ? release : drop).push(uid);
  }
  if (drop.length > 0)
    log.warn(
      { count: drop.length },
      'held mail is dropped: it was sent before, or what it was written for has gone',
    );
  return { released: release, removed: [{ folder: folders.outbox, uids: drop }] };
}

/** What it was written for may be among the messages that the server cannot read. */
function isUncertain({ cache, folders }: Desk): boolean {
  return [folders.open, folders.review, folders.archived].some((folder) => cache.hasUnreadable(folder));
}

/** Whether what a letter was written for has been done. */
async function isDone(
  desk: Desk,
  survey: Survey,
  about: { readonly stage: Staging; readonly filed: readonly FiledMessage[] },
): Promise<boolean> {
  const { cause, causeId, ticket } = about.stage;
  if (cause === ADOPTION_CAUSE || cause.startsWith(COPY_CAUSE)) return isWrittenDown(survey, cause);
  if (isRoutine(cause)) return survey.routines.some((one) => routineCause(one) === cause);
  // An open request is pending, so one that comes here has been carried out.
  if (isRequest(cause)) return true;
  // Nothing tells one message that cannot be read from another.
  if (isUnreadable(cause)) return (await unreadableInReview(desk)).length > 0;
  const isCause = ({ facts }: FiledMessage): boolean => facts.identity === cause;
  const inOpen = about.filed.find(isCause);
  // A number that another worker was quicker with is told to nobody.
  if (inOpen !== undefined)
    return ticket === null || survey.ledger.membership(inOpen.facts) === survey.ledger.endOf(ticket);
  if ((await desk.cache.readAll(desk.store, desk.folders.review)).some(isCause)) return true;
  // A filing note for a message that a worker died in splitting off: there is no such ticket.
  if (await isOfNoTicket(desk, survey, about.stage)) return false;
  const hinted = survey.hints.some(({ moved }) => moved.some(({ identity }) => identity === cause));
  if (hinted || causeId === null) return hinted;
  return (await findInArchive(desk, [causeId])).some(isCause);
}

function isWrittenDown({ adoption }: Survey, cause: string): boolean {
  if (cause === ADOPTION_CAUSE) return adoption !== null;
  return adoption?.copies?.some((copy) => copy.cause === cause) ?? false;
}

async function unreadableInReview(desk: Desk): Promise<readonly number[]> {
  const { store, folders, cache } = desk;
  const uids = await store.search(folders.review, { and: [] });
  const read = await cache.read(store, folders.review, uids);
  return findUnreadable(desk, folders.review, { uids, read });
}

async function isOfNoTicket(
  desk: Desk,
  survey: Survey,
  { purpose, ticket, cause }: Staging,
): Promise<boolean> {
  if (purpose !== 'filing-note' || ticket === null) return false;
  await lookUp(desk, survey, { tickets: [ticket], identities: [cause] });
  return survey.ledger.openedBy(cause) !== ticket;
}

/** Releases the confirmations whose time has come, and drops those whose ticket is open again. */
export async function planDrags(desk: Desk, survey: Survey): Promise<Effects> {
  const held = heldFor(survey, isDrag);
  if (held.length === 0) return {};
  const numbers = held.flatMap(({ stage }) => stage.ticket ?? []);
  await lookUp(desk, survey, { tickets: numbers.filter((number) => !survey.ledger.records.has(number)) });
  const closed = held.filter((copy) => isClosed(survey, copy));
  const dropped = held.filter((copy) => !closed.includes(copy)).map(({ uid }) => uid);
  const due = closed.filter(({ stagedAt }) => desk.now().getTime() - stagedAt.getTime() >= GRACE_MS);
  return {
    removed: [{ folder: desk.folders.outbox, uids: dropped }],
    released: due.slice(0, MAX_DRAGS_IN_A_PASS).map(({ uid }) => uid),
  };
}

function isClosed({ ledger }: Survey, { stage }: Letter): boolean {
  const record = stage.ticket === null ? undefined : ledger.records.get(ledger.endOf(stage.ticket));
  return record !== undefined && stateOf(record) === 'archived';
}
