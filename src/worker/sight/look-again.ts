/** What the header leaves open of mail, and its body tells: in one order, for mail in the inbox and at hand. */
import { provenStaff } from '../../desk/decide/authority.js';
import { chooseMessagePart } from '../../message/body/message-parts.js';
import type { Facts } from '../../message/facts/facts.js';
import { looksLikeBounce, withBounceBody } from '../../message/inside/bounce.js';
import { MAX_BOUNCE_BODY_BYTES, readBounceBody } from '../../message/inside/bounce-body.js';
import { MAX_ATTACHED_HEADER_BYTES, readForwarded } from '../../message/inside/forwarded.js';
import {
  asksForReaction,
  bytesOfReaction,
  lookForReaction,
  reactionPart,
} from '../../message/inside/reaction.js';
import { type Asking, fetchParts, type PartSource } from './asked-parts.js';
import type { Pending } from './pending.js';

export async function lookAgain(source: PartSource, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const bounces = await readBounces(source, source.folders.inbox, batch);
  return readForwardedMail(source, await readReactions(source, bounces));
}

/**
 * Of mail that looks like a bounce a bounded part of the body, which says what came back, and why. One command for all of
 * a batch, and none where nothing looks like a bounce.
 */
export async function readBounces<M extends { readonly uid: number; readonly facts: Facts }>(
  { store }: Pick<PartSource, 'store'>,
  folder: string,
  batch: readonly M[],
): Promise<readonly M[]> {
  const uids = batch.filter(({ facts }) => looksLikeBounce(facts)).map(({ uid }) => uid);
  if (uids.length === 0) return batch;
  const bodies = await store.fetchPart(folder, uids, { path: 'TEXT', maxBytes: MAX_BOUNCE_BODY_BYTES });
  return batch.map((message) => {
    const body = bodies.get(message.uid);
    if (body === undefined) return message;
    return { ...message, facts: withBounceBody(message.facts, readBounceBody(body)) };
  });
}

/** Of mail that may be a reaction the first bytes of the part that tells; a command for each place of such parts. */
async function readReactions(
  { store, folders }: PartSource,
  batch: readonly Pending[],
): Promise<readonly Pending[]> {
  const asking = batch.flatMap(({ uid, facts, structure }): readonly Asking[] => {
    const part = asksForReaction(facts) ? reactionPart(structure) : null;
    return part === null ? [] : [{ uid, request: { path: part.path, maxBytes: bytesOfReaction(part) } }];
  });
  const told = await fetchParts(store, folders.inbox, asking);
  const looked = batch.map(async (message): Promise<Pending> => {
    const part = reactionPart(message.structure);
    const bytes = told.get(message.uid);
    if (bytes === undefined || part === null) return message;
    return { ...message, facts: await lookForReaction(message.facts, part, bytes) };
  });
  return Promise.all(looked);
}

/**
 * Of mail of proven staff that holds an attached message: whose it is. Only such mail is looked at, since in anybody else's
 * it counts for nothing.
 */
async function readForwardedMail(
  { store, policy, folders }: PartSource,
  batch: readonly Pending[],
): Promise<readonly Pending[]> {
  const asking = batch.flatMap(({ uid, facts, structure }): readonly Asking[] => {
    const path = chooseMessagePart(structure)?.path;
    if (path === undefined || provenStaff(policy, facts, null) === null) return [];
    return [{ uid, request: { path, maxBytes: MAX_ATTACHED_HEADER_BYTES } }];
  });
  const attached = await fetchParts(store, folders.inbox, asking);
  return batch.map((message) => {
    const bytes = attached.get(message.uid);
    if (bytes === undefined) return message;
    return { ...message, facts: { ...message.facts, forwarded: readForwarded(bytes) } };
  });
}
