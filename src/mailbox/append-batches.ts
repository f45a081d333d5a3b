/** Messages to be stored, cut into what one APPEND may carry (RFC 3502), each read only when its batch's turn comes. */
import type { NewMessage } from './store.js';

export const MAX_MESSAGES_PER_APPEND = 100;
/** A larger message goes alone. Of a batch all bytes lie in memory at once. */
export const MAX_BYTES_PER_APPEND = 4 * 1024 * 1024;

/** In order. Where a message cannot be read, those before it come first, and then its error. */
export function* appendBatches(messages: readonly NewMessage[]): Generator<readonly NewMessage[], void> {
  let batch: NewMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    let read: NewMessage;
    try {
      const { raw, flags, receivedAt, wantsUid } = message;
      const more = { ...(receivedAt && { receivedAt }), ...(wantsUid === false && { wantsUid }) };
      read = { raw, flags, ...more };
    } catch (error) {
      if (batch.length > 0) yield batch;
      throw error;
    }
    const { length } = read.raw;
    if (
      batch.length >= MAX_MESSAGES_PER_APPEND ||
      (batch.length > 0 && bytes + length > MAX_BYTES_PER_APPEND)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(read);
    bytes += length;
    // Of large messages no two lie in memory at once.
    if (bytes >= MAX_BYTES_PER_APPEND) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
