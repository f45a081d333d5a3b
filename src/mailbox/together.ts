/** Reads that wait for nothing of each other: all that is asked for at once costs one round trip. */

/** All are over when it settles. Throws what the first of them that failed has thrown. */
export async function together<A, B>(...reads: readonly [Promise<A>, Promise<B>]): Promise<[A, B]>;
export async function together<A, B, C>(
  ...reads: readonly [Promise<A>, Promise<B>, Promise<C>]
): Promise<[A, B, C]>;
export async function together(...reads: readonly Promise<unknown>[]): Promise<unknown[]> {
  await Promise.allSettled(reads);
  return await Promise.all(reads);
}
