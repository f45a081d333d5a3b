/**
 * Held mail whose cause is no longer pending: a worker died between moving the cause and releasing its mail. It is
 * released if the cause lies where its decision puts it, else dropped, because no mail goes out for work that did
 * not happen. It is dropped too where the same mail was sent before.
 */
import type { Staging } from '../../desk/letters/staging.js';
import type { Query } from '../../mailbox/store.js';
import type { Effects } from '../effects/effects.js';
import { findInArchive } from '../sight/archive.js';
import { ADOPTION_CAUSE, COPY_CAUSE, isDrag, isRefusal, isRequest } from '../sight/causes.js';
import { lookUp, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { findUnreadable, isUnreadable } from '../workplace/unreadable.js';

export async function planHeld(
  desk: Desk,
  survey: Survey,
  causes: { readonly pending: ReadonlySet<string> },
): Promise<Effects> {
  const held = survey.outbox.flatMap(({ uid, messageId, held: isHeld, stage }) =>
    isHeld &&
    stage !== null &&
    !causes.pending.has(stage.cause) &&
    !isDrag(stage.cause) &&
    !isRefusal(stage.cause)
      ? [{ uid, messageId, stage }]
      : [],
  );
  if (held.length === 0) return {};
  const { store, folders, log } = desk;
  const filed = await desk.cache.readAll(store, folders.open);
  const again = await sentBefore(desk, held, filed);
  const release: number[] = [];
  const drop: number[] = [];
  for (const { uid, stage } of held) {
    const done = !again.has(uid) && (await isDone(desk, survey, { stage, filed }));
    if (!done && !again.has(uid) && isUncertain(desk)) continue;
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

interface HeldCopy {
  readonly uid: number;
  readonly messageId: string | null;
  readonly stage: Staging;
}

/** The UIDs of what was sent already: an append may reach the server after its worker has died, and after the next one's. */
async function sentBefore(
  desk: Desk,
  held: readonly HeldCopy[],
  filed: readonly FiledMessage[],
): Promise<ReadonlySet<number>> {
  const { store, folders } = desk;
  const ids = held.flatMap(({ messageId }) => messageId ?? []);
  const or = ids.map((id): Query => ({ header: 'Message-ID', contains: id }));
  const marked = await store.search(folders.outbox, { and: [{ flag: '\\Answered', set: true }, { or }] });
  const sent = [
    ...(await desk.cache.read(store, folders.outbox, marked)),
    ...(await findInArchive(desk, ids)),
    ...filed,
  ].map(({ facts }) => facts.messageId);
  return new Set(held.filter(({ messageId }) => sent.includes(messageId)).map(({ uid }) => uid));
}

/** Whether what a letter was written for has been done. */
async function isDone(
  desk: Desk,
  survey: Survey,
  about: { readonly stage: Staging; readonly filed: readonly FiledMessage[] },
): Promise<boolean> {
  const { cause, causeId, ticket } = about.stage;
  if (cause === ADOPTION_CAUSE || cause.startsWith(COPY_CAUSE)) return isWrittenDown(survey, cause);
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
