/**
 * The second look at mail of proven staff that holds an attached message: whose it is. Only such mail is looked at,
 * since in anybody else's it counts for nothing; a command for each place in which such parts stand, as a rule one.
 */
import { provenStaff } from '../../desk/decide/authority.js';
import { chooseMessagePart } from '../../message/body/message-parts.js';
import { MAX_ATTACHED_HEADER_BYTES, readForwarded } from '../../message/inside/forwarded.js';
import { type Asking, fetchParts, type PartSource } from './asked-parts.js';
import type { Pending } from './pending.js';

export async function readForwardedMail(
  source: PartSource,
  batch: readonly Pending[],
): Promise<readonly Pending[]> {
  const asking = batch.flatMap(({ uid, facts, structure }): readonly Asking[] => {
    const path = chooseMessagePart(structure)?.path;
    if (path === undefined || provenStaff(source.policy, facts, null) === null) return [];
    return [{ uid, request: { path, maxBytes: MAX_ATTACHED_HEADER_BYTES } }];
  });
  const attached = await fetchParts(source.store, source.folders.inbox, asking);
  return batch.map((message) => {
    const bytes = attached.get(message.uid);
    return bytes === undefined
      ? message
      : { ...message, facts: { ...message.facts, forwarded: readForwarded(bytes) } };
  });
}
