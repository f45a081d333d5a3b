/**
 * Reads that wait for nothing of each other: all that is asked for at once costs one round trip. Each is best of one step: in
 * what order second steps follow depends on when the answers come, and how a pass goes must not.
 */
import type { ReadStore } from './store.js';

/** Where they read, for a store that heeds it. */
type Place = Pick<ReadStore, 'readsTogether'>;
type Read<T> = () => Promise<T>;

/** All are over when it settles. Throws what the first of them that failed has thrown. */
export async function together<A, B>(store: Place, ...reads: readonly [Read<A>, Read<B>]): Promise<[A, B]>;
export async function together<A, B, C>(
  store: Place,
  ...reads: readonly [Read<A>, Read<B>, Read<C>]
): Promise<[A, B, C]>;
export async function together<A, B, C, D>(
  store: Place,
  ...reads: readonly [Read<A>, Read<B>, Read<C>, Read<D>]
): Promise<[A, B, C, D]>;
export async function together(store: Place, ...reads: readonly Read<unknown>[]): Promise<unknown[]> {
  const over = store.readsTogether();
  try {
    const answers = reads.map(async (read) => read());
    await Promise.allSettled(answers);
    return await Promise.all(answers);
  } finally {
    over();
  }
}

/** Of what is asked for at once, this comes last: its folder stays selected. */
export async function readLast<T>(read: Read<T>): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return read();
}
