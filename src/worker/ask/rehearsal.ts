/**
 * A dry run: what a pass would decide now, with nothing changed. It goes a pass's way with a pass's batches; what people
 * have moved or asked for is not carried out first.
 */
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import { type Decided, decideBatch } from '../plan/decide-batch.js';
import { firstBatch } from '../plan/first-batch.js';
import { isStuck } from '../plan/stuck.js';
import { waitsForReading } from '../sight/attempts.js';
import { beginningOf, withFoldersToCome } from '../sight/beginning.js';
import { judgeCopied } from '../sight/copied-inbox.js';
import { adoptionFrom, chooseOlder } from '../sight/older-mail.js';
import { findPending, inOrder, type Pending } from '../sight/pending.js';
import { takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { CANNOT_BE_READ } from '../workplace/unreadable.js';

export interface Rehearsal {
  readonly decided: readonly Decided[];
  /** What a pass would leave where it is for now. */
  readonly waiting: readonly { readonly pending: Pending; readonly why: string }[];
}

const FILED = 'it has been filed, and the mail server has not taken it from the inbox';
const NOT_SAVED =
  "a minute at most, since the folder of sent mail may yet show that a person wrote it in the desk's account";

export async function rehearse(given: Desk): Promise<Rehearsal> {
  const desk = await withFoldersToCome(given);
  const found = inOrder(await findPending(desk, await adoptionToCome(desk)));
  const survey = await takeSurvey(desk);
  const waiting: { pending: Pending; why: string }[] = [];
  let left: Pending[] = [];
  for (const pending of found) {
    if (isStuck(survey, pending.facts)) waiting.push({ pending, why: FILED });
    else if (waitsForReading(survey, pending)) waiting.push({ pending, why: CANNOT_BE_READ });
    else left.push(pending);
  }
  const decided: Decided[] = [];
  for (let batch = firstBatch(desk.policy, left); batch.length > 0; batch = firstBatch(desk.policy, left)) {
    const outcome = await decideBatch(desk, survey, batch);
    decided.push(...outcome.decided);
    waiting.push(...outcome.waiting.map((pending) => ({ pending, why: NOT_SAVED })));
    left = left.slice(batch.length);
  }
  return { decided, waiting };
}

/** With what the next pass would write down of an inbox that is new to it, or was copied. */
async function adoptionToCome(desk: Desk): Promise<AdoptionRecord> {
  const adoption = await beginningOf(desk);
  if (adoption === null) {
    const inbox = await desk.store.state(desk.folders.inbox);
    const archived = await desk.store.state(desk.folders.archived);
    const { taken } = await chooseOlder(desk, inbox.uidNext);
    return adoptionFrom(desk, inbox, { archived, taken });
  }
  const judged = await judgeCopied(desk, adoption);
  if (judged === null) return adoption;
  return { ...adoption, copies: [...(adoption.copies ?? []), judged.record] };
}
