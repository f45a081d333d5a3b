/** A dry run: what a pass would decide now, with nothing changed. */
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import { type Decided, decideBatch } from '../plan/decide-batch.js';
import { judgeCopied } from '../sight/copied-inbox.js';
import { lookAgain } from '../sight/look-again.js';
import { lookUpNamed } from '../sight/look-up.js';
import { chooseOlder } from '../sight/older-mail.js';
import { beginningOf } from '../sight/opening.js';
import { findPending, inOrder, type Pending } from '../sight/pending.js';
import { nothingSeen, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export async function rehearse(desk: Desk): Promise<readonly Decided[]> {
  const began = await beginningOf(desk);
  if (began === null) return decideBatch(desk, nothingSeen(desk), await wouldTake(desk));
  const survey = await takeSurvey(desk);
  const found = inOrder(await findPending(desk, await asJudged(desk, began)));
  const pending = await lookAgain(desk, found);
  await lookUpNamed(
    desk,
    survey,
    pending.map(({ facts }) => facts),
  );
  return decideBatch(desk, survey, pending);
}

/** With what the next pass would write down of a copied inbox. */
async function asJudged(desk: Desk, adoption: AdoptionRecord): Promise<AdoptionRecord> {
  const judged = await judgeCopied(desk, adoption);
  if (judged === null) return adoption;
  return { ...adoption, copies: [...(adoption.copies ?? []), judged.record] };
}

/** What the first run would take, before there are any folders. */
async function wouldTake(desk: Desk): Promise<readonly Pending[]> {
  const { uidNext } = await desk.store.state(desk.folders.inbox);
  const { taken } = await chooseOlder(desk, uidNext);
  return inOrder(taken.map(({ uid, facts, recent }) => ({ uid, facts, structure: null, quiet: !recent })));
}
