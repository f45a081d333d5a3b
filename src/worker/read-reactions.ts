/** The second look at mail that may be a reaction: the first bytes of the part that tells. */
import { readPart } from '../message/decode-part.js';
import type { Facts } from '../message/facts.js';
import { MAX_REACTION_BYTES, reactionPart, readReaction, withReaction } from '../message/reaction.js';
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
  const byPath = new Map<string, number[]>();
  for (const { uid, facts, structure } of batch) {
    const path = isAsked(facts) ? reactionPart(structure)?.path : undefined;
    if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), uid]);
  }
  const told = new Map<number, Buffer>();
  for (const [path, uids] of byPath) {
    const parts = await desk.store.fetchPart(folder, uids, { path, maxBytes: MAX_REACTION_BYTES });
    for (const [uid, bytes] of parts) told.set(uid, bytes);
  }
  return Promise.all(batch.map((message) => looked(message, told.get(message.uid))));
}

/** What a person wrote in the desk's own account, and what is automatic for a stronger reason, is none. */
function isAsked({ mayBeReaction, automatic, fromAccount }: Facts): boolean {
  const open = automatic === null || automatic.kind === 'list' || automatic.kind === 'bulk';
  return mayBeReaction && open && fromAccount !== true;
}

async function looked<M extends Readable>(message: M, bytes: Buffer | undefined): Promise<M> {
  const part = reactionPart(message.structure);
  if (bytes === undefined || part === null) return message;
  const reaction = readReaction(part, await readPart(part, bytes));
  return reaction === null ? message : { ...message, facts: withReaction(message.facts, reaction) };
}
