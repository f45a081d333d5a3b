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
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { sizeText } from '../../desk/letters/notice-text.js';
import { rowOf } from '../../desk/letters/staging.js';
import { composeSummary } from '../../desk/letters/summary.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { carryOut, carryOutOrLook } from '../carry-out/carry-out.js';
import { isRefusal, refusalCause } from '../sight/causes.js';
import { failedSending, type History, refusalEntry, sentAlready } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { unflagged } from './put-away.js';

export interface RefusedLetter {
  readonly copy: OutboxCopy;
  readonly because:
    | RefusedBecause
    | { readonly kind: 'late' | 'broken'; readonly answer: string }
    | { readonly kind: 'unreadable' }
    /** What it passes on is not there any more, or not as it was. */
    | { readonly kind: 'original-gone' };
  /** For the log and the register. */
  readonly why: string;
}

/** Notes one more failed attempt, for later passes too; answers whether it was the last that the letter gets. */
export async function isGivenUp(
  desk: WorkingDesk,
  survey: Survey,
  failed: { readonly id: string; readonly history: History; readonly why: string },
): Promise<boolean> {
  const outcome = failedSending(desk, failed);
  if (outcome === 'given-up') return true;
  await carryOut(desk, survey, { entries: outcome });
  return false;
}

/** Whatever fails, the next pass finds it as it was left; and where another worker was quicker, it is seen to. */
export async function setAside(
  desk: WorkingDesk,
  survey: Survey,
  refused: readonly RefusedLetter[],
): Promise<void> {
  if (refused.length === 0) return;
  const { outbox: from, review: to } = desk.folders;
  const uids = refused.map(({ copy }) => copy.uid);
  const messages = refused.map(({ copy }) => ({ uid: copy.uid, identity: refusalCause(copy), ticket: null }));
  await carryOutOrLook(desk, survey, {
    letters: {
      composed: togetherTold(refused).flatMap(([one, ...others]) => writeNews(desk, one, others)),
      release: 'moved',
    },
    lettersFirst: true,
    entries: refused.flatMap(({ copy: { messageId: id }, why }) =>
      id === null ? [] : [refusalEntry(desk, { id, why })],
    ),
    flags: [unflagged(desk, uids)],
    moves: [{ from, to, messages }],
  });
}

type Together = readonly [RefusedLetter, ...RefusedLetter[]];

/** Each alone, but what passes on the same message that is gone: each member would be told of each member's notice. */
function togetherTold(refused: readonly RefusedLetter[]): readonly Together[] {
  const groups = new Map<string, Together>();
  for (const one of refused) {
    const { stage, uid } = one.copy;
    const isGone = one.because.kind === 'original-gone' && stage !== null;
    const key = isGone ? `${stage.purpose} ${stage.ticket} ${stage.cause}` : `${uid}`;
    const group = groups.get(key);
    groups.set(key, group === undefined ? [one] : [...group, one]);
  }
  return [...groups.values()];
}

function writeNews(
  desk: Desk,
  { copy, because }: RefusedLetter,
  others: readonly RefusedLetter[],
): readonly ComposedLetter[] {
  const { policy, folders } = desk;
  const { stage } = copy;
  if (stage?.to == null || stage.ticket === null) return [];
  // That somebody was told nothing since mail is gone is news, whoever it was.
  if (rowOf(stage).refusalTold !== true && because.kind !== 'original-gone') return [];
  const { ticket: number } = stage;
  const to = [copy, ...others.map((one) => one.copy)].flatMap((one) => one.stage?.to ?? []).join(', ');
  return composeSummary({
    policy,
    now: desk.now(),
    cause: refusalCause(copy),
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
    case 'original-gone':
      return policy.phrase('refused-original-gone');
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
export async function settleNews(desk: WorkingDesk, survey: Survey): Promise<void> {
  // What seems to have left the outbox may only be unreadable there.
  if (desk.cache.unreadableOutbox.length > 0) return;
  const held = survey.outbox.filter(({ held: isHeld, stage }) => isHeld && isRefusal(stage?.cause ?? ''));
  const waiting = new Set(survey.outbox.map(refusalCause));
  const over = held.filter(({ stage }) => !waiting.has(stage?.cause ?? ''));
  if (over.length === 0) return;
  const ids = over.flatMap(({ messageId }) => messageId ?? []);
  const again = await sentAlready(desk, survey.open, ids);
  const isAgain = ({ messageId }: OutboxCopy): boolean => messageId !== null && again.has(messageId);
  await carryOut(desk, survey, {
    removed: [{ folder: desk.folders.outbox, uids: over.filter(isAgain).map(({ uid }) => uid) }],
    released: over.filter((one) => !isAgain(one)).map(({ uid }) => uid),
  });
}

/** Before letters are marked as sent: news that they were refused, which a dead worker has staged, is not true any more. */
export async function dropNewsOf(
  desk: WorkingDesk,
  survey: Survey,
  sent: readonly OutboxCopy[],
): Promise<void> {
  const causes = new Set(sent.map(refusalCause));
  const uids = survey.outbox
    .filter(({ held, stage }) => held && stage !== null && causes.has(stage.cause))
    .map(({ uid }) => uid);
  await carryOut(desk, survey, { removed: [{ folder: desk.folders.outbox, uids }] });
}
