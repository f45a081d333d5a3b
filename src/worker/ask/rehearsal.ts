/** A dry run: what a pass would decide now, with nothing changed. */
import { Ledger } from '../../desk/ticket/ledger.js';
import { readOnly } from '../../mailbox/read-only.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import { chooseOlder } from '../plan/adoption.js';
import { type Decided, decideBatch } from '../plan/decide-batch.js';
import { judgeCopied } from '../sight/copied-inbox.js';
import { lookAgain } from '../sight/look-again.js';
import { lookUpNamed } from '../sight/look-up.js';
import { beginningOf } from '../sight/opening.js';
import { findPending, inOrder, type Pending } from '../sight/pending.js';
import { type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export async function rehearse(given: Desk): Promise<readonly Decided[]> {
  const desk: Desk = { ...given, store: readOnly(given.store) };
  const began = await beginningOf(desk);
  if (began === null) return decideBatch(desk, emptySurvey(desk), await wouldTake(desk));
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

function emptySurvey(desk: Desk): Survey {
  return {
    ledger: new Ledger(desk.policy, { highest: 0, tickets: [], now: desk.now() }),
    adoption: null,
    requests: [],
    attempts: [],
    absences: [],
    claims: [],
    written: new Map(),
    sentMarks: [],
    taken: [],
    merges: [],
    hints: [],
    records: new Map(),
    links: new Map(),
    followed: new Set(),
    open: [],
    outbox: [],
    remembered: { answers: true },
    registerUidNext: 1,
  };
}
