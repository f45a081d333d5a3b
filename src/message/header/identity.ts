import { createHash } from 'node:crypto';

/**
 * mbsync writes a field like this into every message that it copies from one side to the other. Who moves a message
 * in a Maildir that it keeps gets back another one, if one takes it by the letter.
 */
const COPY_MARK = /(?<=\n)X-TUID: [A-Za-z0-9+/]{12}\r?\n/;
const COPY_MARK_NAME = '\nX-TUID: ';

/**
 * What the worker knows a message by: the SHA-256, in hex, of its header block (with the empty line), a colon and
 * its size in bytes, both without the mark of a copying program. No Message-ID is needed for it, and none can forge it.
 */
export function identityOf(header: Buffer, size: number): string {
  const original = withoutCopyMark(header);
  return createHash('sha256')
    .update(original)
    .update(`:${size - header.length + original.length}`)
    .digest('hex');
}

/** A header block as it was before it was copied. */
export function withoutCopyMark(header: Buffer): Buffer {
  if (!header.includes(COPY_MARK_NAME)) return header;
  return Buffer.from(header.toString('latin1').replace(COPY_MARK, ''), 'latin1');
}
