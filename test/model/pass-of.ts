/** A pass, and what it filed one by one. */
import { type PassOutcome, runPass } from '../../src/worker/pass/pass.js';
import type { Told, WorkingDesk } from '../../src/worker/workplace/desk.js';

export interface Passed extends PassOutcome {
  readonly told: readonly Told[];
}

export async function passOf(desk: WorkingDesk, windowMessages?: number): Promise<Passed> {
  const told: Told[] = [];
  const outcome = await runPass({ ...desk, heard: (one) => told.push(one) }, windowMessages);
  return { ...outcome, told };
}
