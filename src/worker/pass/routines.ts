/** Does what the desk does by itself, when its time has come. */
import { carryOut } from '../carry-out/carry-out.js';
import { dueRoutines, planRoutine } from '../plan/routines.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { see } from './look.js';

/** On most passes nothing is due, and nothing is read for it. */
export async function doRoutines(desk: WorkingDesk, seen: Pick<Survey, 'routines'>): Promise<void> {
  if (desk.signal.aborted) return;
  for (const name of dueRoutines(desk, seen)) {
    // The pass has filed and sent since it looked: what is told is how things stand now.
    const survey = await see(desk);
    await carryOut(desk, survey, await planRoutine(desk, survey, name));
  }
}
