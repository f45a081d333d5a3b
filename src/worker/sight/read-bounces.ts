/** The second look at mail that looks like a bounce: a bounded part of its body says what came back, and why. */

import type { Facts } from '../../message/facts/facts.js';
import { looksLikeBounce, withBounceBody } from '../../message/inside/bounce.js';
import { MAX_BOUNCE_BODY_BYTES, readBounceBody } from '../../message/inside/bounce-body.js';
import type { PartSource } from './asked-parts.js';

interface Readable {
  readonly uid: number;
  readonly facts: Facts;
}

/** One command for all of a batch, and none where nothing looks like a bounce. */
export async function readBounces<M extends Readable>(
  { store }: Pick<PartSource, 'store'>,
  folder: string,
  batch: readonly M[],
): Promise<readonly M[]> {
  const uids = batch.filter(({ facts }) => looksLikeBounce(facts)).map(({ uid }) => uid);
  if (uids.length === 0) return batch;
  const bodies = await store.fetchPart(folder, uids, { path: 'TEXT', maxBytes: MAX_BOUNCE_BODY_BYTES });
  return batch.map((message) => {
    const body = bodies.get(message.uid);
    return body === undefined
      ? message
      : { ...message, facts: withBounceBody(message.facts, readBounceBody(body)) };
  });
}
