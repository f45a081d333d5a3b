/** A letter gets so many attempts, and what the register notes of them outlives this pass. */
import { carryOut } from '../carry-out/carry-out.js';
import { failedSending, type History } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Notes one more failed attempt; answers whether it was the last that the letter gets. */
export async function isGivenUp(
  desk: WorkingDesk,
  survey: Survey,
  failed: { readonly id: string; readonly history: History; readonly why: string },
): Promise<boolean> {
  const outcome = failedSending(desk, failed);
  if (outcome === 'given-up') return true;
  await carryOut(desk, survey, { entries: outcome });
  return false;
}
