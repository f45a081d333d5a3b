/**
 * Letters that the mail server has refused for good go to Review, and staff are told of those to people outside: nobody
 * may believe that they arrived. In this order, so that a death at any point leaves each told exactly once:
 *
 * 1. The news is staged, held; 2. the register notes the refusal; 3. the copy moves to Review; 4. the news is released.
 *
 * The news' cause names the copy by its Message-ID and its UID in the outbox. News that is still held says what was left:
 * while that copy waits in the outbox, the letter is tried again and the news waits for what becomes of it; once it does
 * not, the news goes.
 */
import type { RefusedBecause } from '../../delivery/refusal.js';
import { sizeText } from '../../desk/letters/notice-text.js';
import { rowOf } from '../../desk/letters/staging.js';
import { writeSummary } from '../../desk/letters/summary.js';
import type { WrittenLetter } from '../../desk/letters/write.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { appendOne } from '../../mailbox/append-one.js';
import { noteRefusal, sentAlready } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { unmark } from './put-away.js';

const CAUSE = 'refused ';

export interface RefusedLetter {
  readonly copy: OutboxCopy;
  readonly because:
    | RefusedBecause
    | { readonly kind: 'late' | 'broken'; readonly answer: string }
    | { readonly kind: 'unreadable' };
  /** For the log and the register. */
  readonly why: string;
}

/** Whether held mail with this cause is settled here. */
export function isRefusalNews(cause: string): boolean {
  return cause.startsWith(CAUSE);
}

function causeOf({ messageId, uid }: OutboxCopy): string {
  return `${CAUSE}${messageId ?? '?'} ${uid}`;
}

/** Whatever fails, the next pass finds it as it was left. */
export async function setAside(desk: Desk, survey: Survey, refused: readonly RefusedLetter[]): Promise<void> {
  if (refused.length === 0) return;
  const { store, folders } = desk;
  const news = new Map<number, readonly number[]>();
  for (const one of refused) news.set(one.copy.uid, await stageNews(desk, survey, one));
  for (const { copy, why } of refused)
    if (copy.messageId !== null) await noteRefusal(desk, survey, { id: copy.messageId, why });
  await unmark(desk, [...news.keys()]);
  const moved = await store.move(folders.outbox, [...news.keys()], folders.review);
  const release = [...news].flatMap(([uid, staged]) => (moved.has(uid) ? staged : []));
  if (release.length > 0) await store.setFlags(folders.outbox, release, { remove: ['\\Flagged'] });
  const gone = [...news].flatMap(([uid, staged]) => (moved.has(uid) ? [] : staged));
  if (gone.length > 0) await store.remove(folders.outbox, gone);
}

async function stageNews(desk: Desk, survey: Survey, refused: RefusedLetter): Promise<readonly number[]> {
  const uids: number[] = [];
  for (const { raw, messageId } of writeNews(desk, refused)) {
    const held = survey.outbox.find((one) => one.held && one.messageId === messageId);
    const letter = { raw, flags: ['\\Seen', '\\Flagged'] };
    uids.push(held?.uid ?? (await appendOne(desk.store, desk.folders.outbox, letter)));
  }
  return uids;
}

function writeNews(desk: Desk, { copy, because }: RefusedLetter): readonly WrittenLetter[] {
  const { policy, folders } = desk;
  const { stage } = copy;
  if (stage?.to == null || stage.ticket === null || rowOf(stage).refusalTold !== true) return [];
  const { ticket: number, to } = stage;
  return writeSummary({
    policy,
    now: desk.now(),
    cause: causeOf(copy),
    subject: { name: 'subject-not-delivered', values: { number } },
    text: 'not-delivered',
    variables: {
      number,
      to,
      folder: folders.review,
      outboxFolder: folders.outbox,
      reason: reasonText(policy, because),
    },
  });
}

function reasonText(policy: DeskPolicy, because: RefusedLetter['because']): string {
  switch (because.kind) {
    case 'answer':
      return policy.phrase('refused-answer', { answer: because.answer });
    case 'late':
      return policy.phrase('refused-late', { answer: because.answer });
    case 'broken':
      return policy.phrase('refused-broken', { answer: because.answer });
    case 'unreadable':
      return policy.phrase('refused-unreadable');
    case 'too-large': {
      const size = sizeText(policy, because.size);
      return because.limit === null
        ? policy.phrase('refused-too-large', { size })
        : policy.phrase('refused-over-limit', { size, limit: sizeText(policy, because.limit) });
    }
    case 'eight-bit':
      return policy.phrase(because.signed ? 'refused-signed' : 'refused-eight-bit');
    case 'not-ascii':
      return policy.phrase('refused-not-ascii');
    case 'address':
      return policy.phrase('refused-address');
  }
}

/** Releases the news of letters that a dead worker has put into Review. What was sent already is dropped. */
export async function settleNews(desk: Desk, survey: Survey): Promise<void> {
  // What seems to have left the outbox may only be unreadable there.
  if (desk.cache.unreadableOutbox.length > 0) return;
  const held = survey.outbox.filter(({ held: isHeld, stage }) => isHeld && isRefusalNews(stage?.cause ?? ''));
  const waiting = new Set(survey.outbox.map(causeOf));
  const over = held.filter(({ stage }) => !waiting.has(stage?.cause ?? ''));
  if (over.length === 0) return;
  const { store, folders } = desk;
  const again = await sentAlready(
    desk,
    survey,
    over.flatMap(({ messageId }) => messageId ?? []),
  );
  const isAgain = ({ messageId }: OutboxCopy): boolean => messageId !== null && again.has(messageId);
  const drop = over.filter(isAgain).map(({ uid }) => uid);
  if (drop.length > 0) await store.remove(folders.outbox, drop);
  const release = over.filter((one) => !isAgain(one)).map(({ uid }) => uid);
  if (release.length > 0) await store.setFlags(folders.outbox, release, { remove: ['\\Flagged'] });
}

/** Before letters are marked as sent: news that they were refused, which a dead worker has staged, is not true any more. */
export async function dropNewsOf(desk: Desk, survey: Survey, sent: readonly OutboxCopy[]): Promise<void> {
  const causes = new Set(sent.map(causeOf));
  const uids = survey.outbox
    .filter(({ held, stage }) => held && stage !== null && causes.has(stage.cause))
    .map(({ uid }) => uid);
  if (uids.length > 0) await desk.store.remove(desk.folders.outbox, uids);
}
