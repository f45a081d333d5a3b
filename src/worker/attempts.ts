/**
 * What could not be filed for a reason of its own is tried again in later passes. Each failure is an entry in the
 * register; after as many as this, each at least a minute after the one before, the message goes to review, and staff
 * are told. What a server refuses to every message is no attempt at any of them (`file-one.ts`).
 *
 * A message that the server said it had moved, and that is still there, is noted in the same way and then left where it
 * is: moved again, it would only be there once more.
 */
import type { Facts } from '../message/facts.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';
import { appendRecord } from './register-writing.js';
import type { Survey } from './survey.js';
import { CANNOT_BE_READ, isUnreadable } from './unreadable.js';

export const MAX_ATTEMPTS = 3;
/** A server may be out of order for seconds, and passes may follow each other within them. */
const ATTEMPTS_APART_MS = 60_000;

const STUCK = 'stuck:';

/** The attempts at a message that have failed so far, oldest first. */
function failuresOf(survey: Survey, { identity }: Pick<Facts, 'identity'>): Survey['attempts'] {
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
  const at = desk.now();
  const last = failures.at(-1)?.at.getTime() ?? 0;
  if (failures.length >= MAX_ATTEMPTS || Math.abs(at.getTime() - last) < ATTEMPTS_APART_MS) return;
  const { identity, messageId } = facts;
  await appendRecord(
    desk,
    { kind: 'attempt', identity, messageId, why, at },
    { highest: survey.ledger.highest, flags: [] },
  );
}

/** Writes down that these were not moved although the server said so. */
export async function noteStuck(desk: Desk, survey: Survey, stuck: readonly Pending[]): Promise<void> {
  for (const { facts } of stuck) {
    const identity = `${STUCK}${facts.identity}`;
    const why = 'the mail server said that it had moved it, and it is still in the inbox';
    const attempt = { kind: 'attempt', identity, messageId: facts.messageId, why, at: desk.now() } as const;
    await appendRecord(desk, attempt, { highest: survey.ledger.highest, flags: [] });
  }
}

export function isStuck(survey: Survey, facts: Pick<Facts, 'identity'>): boolean {
  return failuresOf(survey, { identity: `${STUCK}${facts.identity}` }).length > 0;
}

/** Answers what is to be filed in this pass; notes an attempt for each message that the server cannot read. */
export async function noteUnreadable(
  desk: Desk,
  survey: Survey,
  pending: readonly Pending[],
): Promise<readonly Pending[]> {
  await forgetOver(desk, survey, pending);
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
  return pending.filter((one) => !waiting.includes(one) && !isStuck(survey, one.facts));
}

/** What can be read by now is known by its own identity, and begins anew; what was stuck and is gone is over. */
async function forgetOver(desk: Desk, survey: Survey, pending: readonly Pending[]): Promise<void> {
  const here = new Set(pending.flatMap(({ facts }) => [facts.identity, `${STUCK}${facts.identity}`]));
  const over = survey.attempts.filter(
    ({ identity, flags }) =>
      (isUnreadable(identity) || identity.startsWith(STUCK)) &&
      !here.has(identity) &&
      !flags.has('\\Answered'),
  );
  if (over.length === 0) return;
  const uids = over.map(({ uid }) => uid);
  await desk.store.setFlags(desk.folders.register, uids, { add: ['\\Answered'] });
}
