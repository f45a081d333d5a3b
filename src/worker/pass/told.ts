/** What a pass tells of each message that it decided: of a long one they are many, so no more is kept of them than is asked for. */
import type { Decided } from '../plan/decide-batch.js';
import type { Pending } from '../sight/pending.js';

export interface Told extends Pick<Decided, 'decision' | 'letters' | 'gaveUp'> {
  readonly pending: Pick<Pending, 'uid' | 'facts'>;
}

/** Without the structure of the message, and its ticket as it was then. */
export function toldOf({ decision, letters, gaveUp, pending: { uid, facts } }: Decided): Told {
  return { decision, letters, gaveUp, pending: { uid, facts } };
}
