/** What staff are told of a message that closed or reopened its ticket: that it did, and who wrote it. */
import type { DeskPolicy } from '../policy.js';
import type { Change, Occasion } from './row.js';
import { senderShown } from './sender-shown.js';

/** null of a message that did neither. */
export function stateChange(policy: DeskPolicy, { decision, facts }: Occasion): Change | null {
  const { kind, changesState, staff } = decision;
  if (!changesState || (kind !== 'close' && kind !== 'reopen')) return null;
  const state = kind === 'close' ? 'closed' : 'reopened';
  // A member's name is the desk's own; what another message calls its sender is only shown.
  const who = staff?.name || senderShown(policy, facts);
  return { words: policy.phrase(`${state}-by`, { who }), mark: policy.phrase(`mark-${state}`) };
}
