/** A dry run: what a pass would decide now, with nothing changed. */
import { Ledger } from '../desk/ledger.js';
import { readOnly } from '../mailbox/read-only.js';
import type { AdoptionRecord } from '../mailbox/register/entry.js';
import { chooseOlder } from './adoption.js';
import { judgeCopied } from './copied-inbox.js';
import { type Decided, decideBatch } from './decide-batch.js';
import type { Desk } from './desk.js';
import { lookAgain } from './look-again.js';
import { lookUpNamed } from './look-up.js';
import { beginningOf } from './opening.js';
import { findPending, inOrder, type Pending } from './pending.js';
import { type Survey, takeSurvey } from './survey.js';

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
