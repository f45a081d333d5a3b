import { createHash } from 'node:crypto';

/**
 * What the worker knows a message by: the SHA-256, in hex, of its header block (with the empty line), a colon and
 * its size in bytes. No Message-ID is needed for it, and none can forge it.
 */
export function identityOf(header: Buffer, size: number): string {
  return createHash('sha256').update(header).update(`:${size}`).digest('hex');
}
