/** The second look at mail that looks like a bounce: a bounded part of its body says what came back, and why. */

import { looksLikeBounce, withBounceBody } from '../message/bounce.js';
import { MAX_BOUNCE_BODY_BYTES, readBounceBody } from '../message/bounce-body.js';
import type { Desk } from './desk.js';
import type { Pending } from './pending.js';

/** One command for all of a batch, and none where nothing looks like a bounce. */
export async function readBounces(desk: Desk, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const uids = batch.filter(({ facts }) => looksLikeBounce(facts)).map(({ uid }) => uid);
  if (uids.length === 0) return batch;
  const bodies = await desk.store.fetchPart(desk.folders.inbox, uids, {
    path: 'TEXT',
    maxBytes: MAX_BOUNCE_BODY_BYTES,
  });
  return batch.map((pending) => {
    const body = bodies.get(pending.uid);
    return body === undefined
      ? pending
      : { ...pending, facts: withBounceBody(pending.facts, readBounceBody(body)) };
  });
}
