/** How messages are cut into what one command may carry. */
import { describe, expect, it } from 'vitest';
import {
  appendBatches,
  MAX_BYTES_PER_APPEND,
  MAX_MESSAGES_PER_APPEND,
} from '../../../src/mailbox/append-batches.js';
import type { NewMessage } from '../../../src/mailbox/store.js';

function ofSize(bytes: number): NewMessage {
  return { raw: Buffer.alloc(bytes), flags: [] };
}

function sizes(messages: readonly NewMessage[]): readonly number[] {
  return [...appendBatches(messages)].map((batch) => batch.length);
}

describe('batches of messages to be stored', () => {
  it.each([
    ['none', [], []],
    ['as many as may go together', Array.from({ length: MAX_MESSAGES_PER_APPEND }, () => ofSize(9)), [100]],
    ['one more', Array.from({ length: MAX_MESSAGES_PER_APPEND + 1 }, () => ofSize(9)), [100, 1]],
    ['as many bytes as may go together', [ofSize(MAX_BYTES_PER_APPEND - 1), ofSize(1)], [2]],
    ['one byte more', [ofSize(MAX_BYTES_PER_APPEND), ofSize(1)], [1, 1]],
    ['a large one between small ones', [ofSize(1), ofSize(2 * MAX_BYTES_PER_APPEND), ofSize(1)], [1, 1, 1]],
    ['empty ones', [ofSize(0), ofSize(0)], [2]],
  ])('%s', (_, messages, expected) => {
    expect(sizes(messages)).toEqual(expected);
  });

  it('are read when their turn comes, but for the message that shows that a batch is full', () => {
    const read: number[] = [];
    const messages = Array.from({ length: 250 }, (_, index) => ({
      get raw() {
        read.push(index);
        return Buffer.from('x');
      },
      flags: [],
    }));
    const seen: number[] = [];
    for (const batch of appendBatches(messages)) seen.push(read.length - batch.length);
    expect(seen).toEqual([1, 101, 200]);
    expect(read).toEqual(messages.map((_, index) => index));
  });

  it('are given away before the next message is read, where they are large', () => {
    const read: number[] = [];
    const messages = Array.from({ length: 3 }, (_, index) => ({
      get raw() {
        read.push(index);
        return Buffer.alloc(MAX_BYTES_PER_APPEND);
      },
      flags: [],
    }));
    const seen: number[] = [];
    for (const batch of appendBatches(messages)) seen.push(read.length - batch.length);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('come before the error of a message that cannot be read', () => {
    const failing = {
      get raw(): Buffer {
        throw new Error('not to be put together');
      },
      flags: [],
    };
    const batches = appendBatches([ofSize(1), ofSize(2), failing, ofSize(3)]);
    expect(batches.next().value).toHaveLength(2);
    expect(() => batches.next()).toThrow('not to be put together');
    expect(() => appendBatches([failing]).next()).toThrow('not to be put together');
  });
});
