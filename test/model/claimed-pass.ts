/** A pass as a real worker makes it: under a claim that lies in the register. */

import { beginDesk } from '../../src/worker/pass/begin-desk.js';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { claimEntries, claimedPass } from '../../src/worker/run/claimed-pass.js';
import { MailboxClaim } from '../../src/worker/workplace/claim.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';

export interface Claimant {
  readonly worker: string;
  /** Whether a worker of that name is at work no longer. */
  readonly isGone: (worker: string) => boolean;
  readonly leaseMs?: number;
}

export async function passAs(desk: WorkingDesk, { worker, isGone, leaseMs }: Claimant): Promise<PassOutcome> {
  const place = { host: worker, place: worker, pid: 1, started: '1', command: 'run' };
  const claim = new MailboxClaim({
    entries: claimEntries(desk),
    presence: { self: { ...place, worker }, isGone: (other) => isGone(other.worker) },
    leaseMs: leaseMs ?? 60_000,
    elapsed: () => 0,
    now: desk.now,
  });
  await beginDesk(desk);
  return claimedPass(desk, claim);
}
