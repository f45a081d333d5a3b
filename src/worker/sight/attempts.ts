/**
 * What could not be filed for a reason of its own is tried again in later passes. Each failure is an entry in the
 * register; after as many as this, each at least a minute after the one before, the message goes to review, and staff
 * are told. What a server refuses to every message is no attempt at any of them (`file-one.ts`).
 */
import type { AttemptRecord } from '../../mailbox/register/entry.js';
import type { Facts } from '../../message/facts/facts.js';
import { appendRecord } from '../effects/register-writing.js';
import type { Desk } from '../workplace/desk.js';
import { CANNOT_BE_READ, isUnreadable } from '../workplace/unreadable.js';
import type { Pending } from './pending.js';
import type { Survey } from './survey.js';

export const MAX_ATTEMPTS = 3;
/** A server may be out of order for seconds, and passes may follow each other within them. */
const ATTEMPTS_APART_MS = 60_000;

/** The attempts at a message that have failed so far, oldest first. */
export function failuresOf(survey: Survey, { identity }: Pick<Facts, 'identity'>): Survey['attempts'] {
  return survey.attempts.filter((one) => one.identity === identity && !one.flags.has('\\Answered'));
}

/** Why a message is given up, or null where it still has an attempt. */
export function reasonToGiveUp(survey: Survey, pending: { readonly facts: Facts }): string | null {
  const failures = failuresOf(survey, pending.facts);
  if (failures.length < MAX_ATTEMPTS) return null;
  return `it could not be filed: ${failures.at(-1)?.why ?? 'the reason is not known'}`;
}

/**
 * Writes down a failure, unless the last one was a moment ago. Where not even the way to review is open, more notes of it
 * would only fill the register.
 */
export async function noteAttempt(
  desk: Desk,
  survey: Survey,
  failed: { facts: Facts; why: string },
): Promise<void> {
  const { facts, why } = failed;
  const failures = failuresOf(survey, facts);
  const last = failures.at(-1)?.at.getTime() ?? 0;
  if (failures.length >= MAX_ATTEMPTS || Math.abs(desk.now().getTime() - last) < ATTEMPTS_APART_MS) return;
  await appendAttempt(desk, survey, { identity: facts.identity, messageId: facts.messageId, why });
}

/** Also what else the register notes as one: of letters (`letter-history.ts`), and of mail that is stuck (`stuck.ts`). */
export async function appendAttempt(
  desk: Desk,
  survey: Survey,
  entry: Pick<AttemptRecord, 'identity' | 'messageId' | 'why'> & { readonly live?: boolean },
): Promise<void> {
  const { live = true, ...about } = entry;
  const record = { kind: 'attempt' as const, ...about, at: desk.now() };
  await appendRecord(desk, record, { highest: survey.ledger.highest, flags: live ? [] : ['\\Answered'] });
}

/** Live entries of what is over count no more. */
export async function closeAttempts(
  desk: Desk,
  survey: Survey,
  isOver: (identity: string) => boolean,
): Promise<void> {
  const over = survey.attempts.filter(({ identity, flags }) => !flags.has('\\Answered') && isOver(identity));
  if (over.length === 0) return;
  const uids = over.map(({ uid }) => uid);
  await desk.store.setFlags(desk.folders.register, uids, { add: ['\\Answered'] });
}

/** Answers what is to be filed in this pass; notes an attempt for each message that the server cannot read. */
export async function noteUnreadable(
  desk: Desk,
  survey: Survey,
  pending: readonly Pending[],
): Promise<readonly Pending[]> {
  // What can be read by now is known by its own identity, and begins anew.
  const here = new Set(pending.map(({ facts }) => facts.identity));
  await closeAttempts(desk, survey, (identity) => isUnreadable(identity) && !here.has(identity));
  const waiting = pending.filter(
    (one) => isUnreadable(one.facts.identity) && reasonToGiveUp(survey, one) === null,
  );
  for (const { uid, facts } of waiting) {
    desk.log.error(
      { uid },
      `the server cannot read a message; after ${MAX_ATTEMPTS} attempts, a minute apart, it goes to review`,
    );
    await noteAttempt(desk, survey, { facts, why: CANNOT_BE_READ });
  }
  return pending.filter((one) => !waiting.includes(one));
}
