import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';

/** Who sent a message, in a few words. */
export function senderShown(policy: DeskPolicy, { sender }: Facts): string {
  return sender.name || (sender.answerTo ?? policy.phrase('unknown-sender'));
}
