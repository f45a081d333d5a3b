/** The second look at mail that may be a reaction: the first bytes of the part that tells. */
import type { Facts } from '../message/facts.js';
import { asksForReaction, bytesOfReaction, lookForReaction, reactionPart } from '../message/reaction.js';
import type { MessagePart } from '../message/structure.js';
import type { Desk } from './desk.js';

interface Readable {
  readonly uid: number;
  readonly facts: Facts;
  readonly structure: MessagePart | null;
}

/** A command for each place in which such parts stand, and none where nothing may be one. */
export async function readReactions<M extends Readable>(
  desk: Desk,
  folder: string,
  batch: readonly M[],
): Promise<readonly M[]> {
  const wanted = batch.flatMap(({ uid, facts, structure }) => {
    const part = asksForReaction(facts) ? reactionPart(structure) : null;
    return part === null ? [] : [{ uid, path: part.path, maxBytes: bytesOfReaction(part) }];
  });
  const told = new Map<number, Buffer>();
  for (let [first] = wanted; first !== undefined; [first] = wanted.filter(({ uid }) => !told.has(uid))) {
    const { path, maxBytes } = first;
    const group = wanted.filter((one) => one.path === path && one.maxBytes === maxBytes);
    const uids = group.map(({ uid }) => uid);
    const parts = await desk.store.fetchPart(folder, uids, { path, maxBytes });
    for (const uid of uids) told.set(uid, parts.get(uid) ?? Buffer.alloc(0));
  }
  return Promise.all(batch.map((message) => looked(message, told.get(message.uid))));
}

async function looked<M extends Readable>(message: M, bytes: Buffer | undefined): Promise<M> {
  const part = reactionPart(message.structure);
  if (bytes === undefined || part === null) return message;
  return { ...message, facts: await lookForReaction(message.facts, part, bytes) };
}
