/** Notes what is filed with a ticket and told to nobody, until a summary has counted it (`sight/silence.ts`). */
import { rowOf, type Staging } from '../../desk/letters/staging.js';
import { answersOwnStaff } from '../../desk/ticket/marks.js';
import type { NewEntry } from '../effects/effects.js';
import { attemptEntry } from '../sight/attempts.js';
import { SILENT, SILENT_OF_STAFF } from '../sight/silence.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { Decided } from './decide-batch.js';

const WHY = 'it was filed without a notice';

/** Noted before anything is moved: a pass that dies decides again, and notes it under the same name. */
export function silentEntries(desk: Desk, survey: Survey, decided: readonly Decided[]): readonly NewEntry[] {
  const known = new Set(survey.attempts.map(({ identity }) => identity));
  const told = new Set(survey.outbox.flatMap(({ stage }) => (isToStaff(stage) ? stage.cause : [])));
  return decided.filter(isSilent).flatMap(({ pending }): readonly NewEntry[] => {
    const { identity, messageId } = pending.facts;
    // A worker that died had begun its notices: of a close it looks now as if the ticket had been closed before.
    if (told.has(identity)) return [];
    const prefix = answersOwnStaff(desk.policy, pending.facts) ? SILENT_OF_STAFF : SILENT;
    const name = `${prefix}${identity}`;
    return known.has(name) ? [] : [attemptEntry(desk, { identity: name, messageId, why: WHY })];
  });
}

function isToStaff(stage: Staging | null): stage is Staging {
  return stage !== null && rowOf(stage).toStaff === true;
}

/** The desk's own mail and the same mail again were told before; of mail that is older than the desk another summary tells. */
function isSilent({ pending, decision }: Decided): boolean {
  const { kind, destination, notifyStaff, notRelayedTo, staff } = decision;
  if (pending.quiet || pending.facts.fromAccount === true) return false;
  if (destination === 'review' || notifyStaff || notRelayedTo !== null || staff !== null) return false;
  return kind === 'automatic' || kind === 'bounce' || kind === 'close';
}
