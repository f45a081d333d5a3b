/**
 * Reads that wait for nothing of each other: all that is asked for at once costs one round trip. Each is best of one step: in
 * what order second steps follow depends on when the answers come, and how a pass goes must not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Where it is in use, each promise of the process costs more (Node 20), so it is while somebody reads together alone. */
const beside = new AsyncLocalStorage<true>();
let underWay = 0;

/** Whether whoever asks does so beside others, whose reads may come between theirs. */
export function isBesideOthers(): boolean {
  return beside.getStore() === true;
}

/** All are over when it settles. Throws what the first of them that failed has thrown. */
export async function together<A, B>(...reads: readonly [Read<A>, Read<B>]): Promise<[A, B]>;
export async function together<A, B, C>(...reads: readonly [Read<A>, Read<B>, Read<C>]): Promise<[A, B, C]>;
export async function together<A, B, C, D>(
  ...reads: readonly [Read<A>, Read<B>, Read<C>, Read<D>]
): Promise<[A, B, C, D]>;
export async function together(...reads: readonly Read<unknown>[]): Promise<unknown[]> {
  underWay += 1;
  try {
    const answers = beside.run(true, () => reads.map((read) => read()));
    await Promise.allSettled(answers);
    return await Promise.all(answers);
  } finally {
    underWay -= 1;
    if (underWay === 0) beside.disable();
  }
}

/** Of what is asked for at once, this comes last: its folder stays selected. */
export async function readLast<T>(read: Read<T>): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return read();
}

type Read<T> = () => Promise<T>;
