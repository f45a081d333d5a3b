/**
 * What could not be filed is tried again in the next passes. Each failure is an entry in the register; after as many
 * as this the message goes to review, and staff are told.
 */
import type { Facts } from '../message/facts.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';
import { appendRecord } from './register-writing.js';
import type { Survey } from './survey.js';
import { CANNOT_BE_READ, isUnreadable } from './unreadable.js';

export const MAX_ATTEMPTS = 3;

/** The attempts at a message that have failed so far. */
export function failuresOf(survey: Survey, { facts }: { readonly facts: Facts }): Survey['attempts'] {
  return survey.attempts.filter(
    ({ identity, flags }) => identity === facts.identity && !flags.has('\\Answered'),
  );
}

/** Why a message is given up, or null where it still has an attempt. */
export function reasonToGiveUp(survey: Survey, pending: { readonly facts: Facts }): string | null {
  const failures = failuresOf(survey, pending);
  if (failures.length < MAX_ATTEMPTS) return null;
  return `it could not be filed: ${failures.at(-1)?.why ?? 'the reason is not known'}`;
}

/** Notes an attempt for each message that the server cannot read; answers what is to be filed in this pass. */
export async function noteUnreadable(
  desk: Desk,
  survey: Survey,
  pending: readonly Pending[],
): Promise<readonly Pending[]> {
  await forgetReadable(desk, survey, pending);
  const waiting = pending.filter(
    (one) => isUnreadable(one.facts.identity) && reasonToGiveUp(survey, one) === null,
  );
  for (const { uid, facts } of waiting) {
    desk.log.error(
      { uid },
      `the server cannot read a message; after ${MAX_ATTEMPTS} attempts it goes to review`,
    );
    const attempt = {
      kind: 'attempt',
      identity: facts.identity,
      messageId: null,
      why: CANNOT_BE_READ,
    } as const;
    await appendRecord(desk, attempt, { highest: survey.ledger.highest, flags: [] });
  }
  return pending.filter((one) => !waiting.includes(one));
}

/** What can be read by now is known by its own identity, and begins anew. */
async function forgetReadable(desk: Desk, survey: Survey, pending: readonly Pending[]): Promise<void> {
  const here = new Set(pending.map(({ facts }) => facts.identity));
  const over = survey.attempts.filter(
    ({ identity, flags }) => isUnreadable(identity) && !here.has(identity) && !flags.has('\\Answered'),
  );
  if (over.length === 0) return;
  const uids = over.map(({ uid }) => uid);
  await desk.store.setFlags(desk.folders.register, uids, { add: ['\\Answered'] });
}
