/** The one letter to staff about older mail that a desk takes on without telling anybody. */
import { composeText } from '../message/compose.js';
import type { Facts } from '../message/facts.js';
import { signOrigin } from './origin.js';
import type { DeskPolicy } from './policy.js';
import { digest } from './signature.js';
import { stageMessage } from './staging.js';
import { signedId } from './ticket-address.js';
import type { WrittenLetter } from './write.js';

const MAX_LISTED = 200;

export function writeSummary(
  about: { readonly policy: DeskPolicy; readonly now: Date; readonly cause: string },
  messages: readonly Facts[],
): readonly WrittenLetter[] {
  const { policy, now, cause } = about;
  const text = policy.render('adoption-summary', {
    deskName: policy.name,
    messages: messages.length,
    listed: messages.slice(0, MAX_LISTED).map(({ subject, sender }) => ({ subject: subject || '(no subject)', from: sender.shown })),
    more: Math.max(0, messages.length - MAX_LISTED) || null,
  });
  return policy.staff.map((member) => {
    const to = member.addresses[0] ?? '';
    const rest = digest(policy.secrets[0], 'message id 1', [cause, 'summary', to.toLowerCase()]);
    const messageId = signedId(policy, { number: 0, role: { kind: 'staff', member } }, rest);
    const raw = composeText({
      from: { name: policy.name, address: policy.address },
      to: { name: '', address: to },
      subject: `${policy.name}: older mail was taken on`,
      messageId,
      references: [],
      date: now,
      fields: [
        ['Auto-Submitted', 'auto-generated'],
        ['X-Auto-Response-Suppress', 'All'],
      ],
      text,
    });
    const stage = { purpose: 'summary' as const, ticket: null, to, cause, causeId: null };
    return { stage, messageId, raw: stageMessage(policy, stage, signOrigin(policy, raw)) };
  });
}
