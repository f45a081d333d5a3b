/** What `status` could learn of a desk. */
import type { DeskConfig } from '../config/complete.js';
import type { MailboxStatus } from '../worker/ask/desk-status.js';
import type { LockHolder } from '../worker/run/lock.js';
import type { WorkerState } from '../worker/run/worker-state.js';

/** What could be learned of the mailbox. */
export type Mailbox =
  | { readonly status: MailboxStatus | null; readonly problem: null }
  | { readonly status: null; readonly problem: { readonly exitCode: number; readonly message: string } };

export interface Seen {
  readonly desk: Pick<DeskConfig, 'name' | 'timezone'>;
  readonly mailbox: Mailbox;
  readonly worker: WorkerState | null;
  readonly lock: LockHolder | null;
}
