/**
 * When a batch fails, its messages are filed one by one, so that a bad one does not stop the others. Each failure is
 * written into the register; after three of them the message goes to review.
 */
import { Problem } from '../desk/problem.js';
import { examineArchive } from './archive.js';
import { failuresOf, MAX_ATTEMPTS } from './attempts.js';
import type { Decided } from './decide-batch.js';
import type { Desk } from './desk.js';
import { fileBatch } from './file-batch.js';
import { Overtaken } from './open-tickets.js';
import type { Pending } from './pending.js';
import { appendRecord } from './register-writing.js';
import { takeSurvey } from './survey.js';

export async function fileOneByOne(
  desk: Desk,
  failed: { batch: readonly Pending[]; error: unknown },
): Promise<{ decided: readonly Decided[]; failed: number }> {
  if (isOfConnection(failed.error)) throw failed.error;
  const decided: Decided[] = [];
  let toReview = 0;
  for (const pending of failed.batch) {
    if (desk.signal.aborted) break;
    const survey = await takeSurvey(desk);
    const archive = await examineArchive(desk, survey);
    try {
      const done = await fileBatch(desk, survey, { archive, batch: [pending] });
      decided.push(...done);
      toReview += done.filter(({ gaveUp }) => gaveUp).length;
    } catch (error) {
      if (isOfConnection(error)) throw error;
      if (error instanceof Overtaken) continue;
      const { highest } = survey.ledger;
      await noteFailure(desk, { pending, error, highest, earlier: failuresOf(survey, pending).length });
    }
  }
  return { decided, failed: toReview };
}

const CONNECTION = new Set(['imap-connection-lost', 'imap-unreachable', 'imap-stopped']);

/**
 * A lost connection says nothing about any message. Whatever else a server answers may be about this one; where it
 * takes nothing at all (a full mailbox), it does not take the note of the failure either, and nothing is counted.
 */
function isOfConnection(error: unknown): boolean {
  return error instanceof Problem && CONNECTION.has(error.code);
}

async function noteFailure(
  desk: Desk,
  what: { pending: Pending; error: unknown; highest: number; earlier: number },
): Promise<void> {
  const { identity, messageId } = what.pending.facts;
  // Only our own words: an error of another making may quote the message.
  const why = what.error instanceof Problem ? what.error.message : 'an error inside imapdesk';
  desk.log.error(
    { uid: what.pending.uid, messageId, err: what.error },
    `a message could not be filed; after ${MAX_ATTEMPTS} attempts it goes to review`,
  );
  // Where not even the way to review is open, more notes of it would only fill the register.
  if (what.earlier >= MAX_ATTEMPTS) return;
  await appendRecord(
    desk,
    { kind: 'attempt', identity, messageId, why },
    { highest: what.highest, flags: [] },
  );
}
