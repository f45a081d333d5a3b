import type { Staging } from '../../desk/letters/staging.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';

/** A copy in the outbox that the desk has staged: what is to be sent, or filed with its ticket. */
export type Letter = OutboxCopy & { readonly stage: Staging };
