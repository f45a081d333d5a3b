/**
 * What could not be filed for a reason of its own is tried again in later passes. Each failure is an entry in the
 * register; after as many as this, each at least a minute after the one before, the message goes to review, and staff
 * are told. What a server refuses to every message is no attempt at any of them (`file-one.ts`).
 */
import type { AttemptRecord } from '../../mailbox/register/entry.js';
import type { Facts } from '../../message/facts/facts.js';
import type { NewEntry } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import { isUnreadable } from '../workplace/unreadable.js';
import { live, type Survey } from './survey.js';

export const MAX_ATTEMPTS = 3;
/** A server may be out of order for seconds, and passes may follow each other within them. */
const ATTEMPTS_APART_MS = 60_000;

/** The attempts at a message that have failed so far, oldest first. */
export function failuresOf(survey: Survey, { identity }: Pick<Facts, 'identity'>): Survey['attempts'] {
  return live(survey.attempts).filter((one) => one.identity === identity);
}

/** Why a message is given up, or null where it still has an attempt. */
export function reasonToGiveUp(survey: Survey, pending: { readonly facts: Facts }): string | null {
  const failures = failuresOf(survey, pending.facts);
  if (failures.length < MAX_ATTEMPTS) return null;
  return `it could not be filed: ${failures.at(-1)?.why ?? 'the reason is not known'}`;
}

/** A failure to be written down, unless the last one was a moment ago. Where not even the way to review is open, more
 * notes of it would only fill the register.
 */
export function failedOnce(
  desk: Desk,
  survey: Survey,
  failed: { facts: Facts; why: string },
): readonly NewEntry[] {
  const { facts, why } = failed;
  const failures = failuresOf(survey, facts);
  const last = failures.at(-1)?.at.getTime() ?? 0;
  if (failures.length >= MAX_ATTEMPTS || Math.abs(desk.now().getTime() - last) < ATTEMPTS_APART_MS) return [];
  return [attemptEntry(desk, { identity: facts.identity, messageId: facts.messageId, why })];
}

/** Also what else the register notes as one: of letters (`letter-history.ts`), and of mail that is stuck (`stuck.ts`). */
export function attemptEntry(
  { now }: Pick<Desk, 'now'>,
  entry: Pick<AttemptRecord, 'identity' | 'messageId' | 'why'> & { readonly done?: boolean },
): NewEntry {
  const { done = false, ...about } = entry;
  return { record: { kind: 'attempt', ...about, at: now() }, flags: done ? ['\\Answered'] : [] };
}

/** Live entries of what is over, which count no more. */
export function attemptsOver(survey: Survey, isOver: (identity: string) => boolean): Survey['attempts'] {
  return live(survey.attempts).filter(({ identity }) => isOver(identity));
}

/** The server cannot read it, and may yet. */
export function waitsForReading(survey: Survey, one: { readonly facts: Facts }): boolean {
  return isUnreadable(one.facts.identity) && reasonToGiveUp(survey, one) === null;
}
