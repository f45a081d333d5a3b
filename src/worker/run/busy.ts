/** Another worker is at the desk. */
import type { ClaimedElsewhere } from '../workplace/claim.js';
import type { LockHolder } from './lock.js';

/** Who is at work: `host` is given where that is not known to be this machine. */
interface WorkerElsewhere extends LockHolder {
  readonly host?: string;
}

/** Another worker is at it: nothing was done. */
export interface Busy {
  readonly busy: WorkerElsewhere | null;
}

export function workerOf({ by }: ClaimedElsewhere): WorkerElsewhere {
  const { pid, command, host, since } = by;
  return { pid, command, host, since: since.toISOString() };
}
