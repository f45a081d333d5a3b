/** A letter of the desk as the header of its copy tells of it: in the outbox, and wherever the copy lies later. */
import { readStaging, type Staging } from '../../desk/letters/staging.js';
import type { StoredMessage } from '../../mailbox/store.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { identityOf } from '../../message/header/identity.js';
import { ownMessageId } from '../../message/header/message-ids.js';

export interface OutboxCopy {
  readonly uid: number;
  /** By which it is known again in its ticket. */
  readonly identity: string;
  readonly messageId: string | null;
  /** null for what the desk did not stage. */
  readonly stage: Staging | null;
  readonly held: boolean;
  /** A worker has begun to send it, and may have died. */
  readonly begun?: boolean;
  /** RFC822.SIZE, in bytes. */
  readonly size: number;
  readonly stagedAt: Date;
}

/** What is to be sent, or filed with its ticket: the desk has staged it. */
export type Letter = OutboxCopy & { readonly stage: Staging };

export function isLetter(copy: OutboxCopy): copy is Letter {
  return copy.stage !== null;
}

/** Of a letter when it is sent, in bytes, with what it passes on. */
export function weightOf({ size, stage }: Letter): number {
  return size + (stage.original?.size ?? 0);
}

export function outboxCopyOf({ uid, flags, header, size, receivedAt }: StoredMessage): OutboxCopy {
  const block = parseHeaderBlock(header);
  return {
    uid,
    identity: identityOf(header, size),
    messageId: ownMessageId(block),
    stage: readStaging(block),
    held: flags.has('\\Flagged'),
    begun: flags.has('\\Draft'),
    size,
    stagedAt: receivedAt,
  };
}
