/** A pass under the desk's claim: begun again where somebody wrote between the look and the claim. */
import { Problem } from '../../problem/problem.js';
import { type PassOutcome, runPass } from '../pass/pass.js';
import { type Claim, ClaimedElsewhere, LookAgain } from '../workplace/claim.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { underClaim } from './under-claim.js';

/** So often a claim may be lost in one pass, before the next pass is the better place to go on. */
const MAX_STARTS = 5;

/** Throws ClaimedElsewhere where another worker is at it. */
export async function claimedPass(
  desk: WorkingDesk,
  claim: Claim,
  renewEveryMs?: number,
): Promise<PassOutcome> {
  const claimed = underClaim(desk, claim, renewEveryMs);
  try {
    for (let starts = 0; starts < MAX_STARTS; starts += 1) {
      const outcome = await runPass(claimed).catch((error: unknown) => {
        if (!(error instanceof LookAgain)) throw error;
        desk.log.debug({}, error.message);
        return null;
      });
      if (outcome !== null) return outcome;
    }
  } finally {
    await giveBack(desk, claim);
  }
  throw contested();
}

/** Other work that must meet no worker, such as a repair. Without a register there is nothing to claim in, and no pass either. */
export async function claimedWork<T>(
  desk: WorkingDesk,
  claim: Claim,
  work: (desk: WorkingDesk) => Promise<T>,
): Promise<T> {
  if (!(await desk.store.folders()).includes(desk.folders.register)) return work(desk);
  try {
    await takeClaim(claim);
    return await work(underClaim(desk, claim));
  } catch (error) {
    if (error instanceof LookAgain) throw contested();
    throw error;
  } finally {
    await giveBack(desk, claim);
  }
}

function contested(): Problem {
  return new Problem('desk-contested', 'other workers on this desk were quicker', { temporary: true });
}

async function takeClaim(claim: Claim): Promise<void> {
  try {
    await claim.hold();
  } catch (error) {
    if (error instanceof ClaimedElsewhere)
      throw new Problem('desk-claimed', `${error.message}: try again when it is done`, { temporary: true });
    // Nothing has been looked at yet.
    if (!(error instanceof LookAgain)) throw error;
  }
}

/** A claim that cannot be given back is over with its process, or with its lease. */
async function giveBack(desk: WorkingDesk, claim: Claim): Promise<void> {
  try {
    await claim.release();
  } catch (error) {
    const lost = error instanceof Problem && error.code === 'imap-connection-lost';
    desk.log[lost ? 'debug' : 'warn'](
      { err: error },
      'the claim of the desk could not be given back: workers elsewhere wait until it is over',
    );
  }
}
