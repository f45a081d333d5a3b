/** How much of what is pending is filed together: a number of messages, and no more than fits into memory. */

import { mayBeShownWhole } from '../../desk/letters/whole-notice.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { staffMemberOf } from '../../desk/sign/ticket-address.js';
import type { Pending } from '../sight/pending.js';

export const BATCH_MESSAGES = 200;
/** Of what may be read whole, all of a batch before anything is written: what staff wrote, and what notices show whole. */
export const BATCH_WHOLE_BYTES = 64 * 1024 * 1024;

/** The first of them, at least one. */
export function firstBatch(policy: DeskPolicy, pending: readonly Pending[]): readonly Pending[] {
  let count = 0;
  let bytes = 0;
  for (const { facts } of pending.slice(0, BATCH_MESSAGES)) {
    const mayBeRelayed = staffMemberOf(policy, facts.sender.address) !== null;
    if (mayBeRelayed || mayBeShownWhole(policy, facts.size)) bytes += facts.size;
    if (count > 0 && bytes > BATCH_WHOLE_BYTES) break;
    count += 1;
  }
  return pending.slice(0, count);
}
