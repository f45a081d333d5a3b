/** Files a batch of pending messages. */
import { carryOut } from '../carry-out/carry-out.js';
import type { Decided } from '../plan/decide-batch.js';
import { planFiling } from '../plan/file.js';
import type { ArchiveView } from '../sight/archive.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Returns what was decided of those that were there and have moved. */
export async function fileBatch(
  desk: WorkingDesk,
  survey: Survey,
  given: { archive: ArchiveView; batch: readonly Pending[] },
): Promise<readonly Decided[]> {
  const { decided, effects } = await planFiling(desk, survey, given);
  const { gone } = await carryOut(desk, survey, effects);
  return decided.filter(({ pending }) => gone.has(pending.facts.identity));
}
