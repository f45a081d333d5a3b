/** The second look at mail that may be a reaction: the first bytes of the part that tells. */

import type { MessagePart } from '../../message/body/structure.js';
import type { Facts } from '../../message/facts/facts.js';
import {
  asksForReaction,
  bytesOfReaction,
  lookForReaction,
  reactionPart,
} from '../../message/inside/reaction.js';
import { type Asking, fetchParts, type PartSource } from './asked-parts.js';

interface Readable {
  readonly uid: number;
  readonly facts: Facts;
  readonly structure: MessagePart | null;
}

/** A command for each place in which such parts stand, and none where nothing may be one. */
export async function readReactions<M extends Readable>(
  { store }: Pick<PartSource, 'store'>,
  folder: string,
  batch: readonly M[],
): Promise<readonly M[]> {
  const asking = batch.flatMap(({ uid, facts, structure }): readonly Asking[] => {
    const part = asksForReaction(facts) ? reactionPart(structure) : null;
    return part === null ? [] : [{ uid, request: { path: part.path, maxBytes: bytesOfReaction(part) } }];
  });
  const told = await fetchParts(store, folder, asking);
  return Promise.all(batch.map((message) => looked(message, told.get(message.uid))));
}

async function looked<M extends Readable>(message: M, bytes: Buffer | undefined): Promise<M> {
  const part = reactionPart(message.structure);
  if (bytes === undefined || part === null) return message;
  return { ...message, facts: await lookForReaction(message.facts, part, bytes) };
}
