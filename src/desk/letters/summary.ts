/** Letters to every staff member that are about several messages, or none in particular. */
import { composeText } from '../../message/compose/compose.js';
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy, Phrase, TextName } from '../policy.js';
import { signOrigin } from '../sign/origin.js';
import { digest } from '../sign/signature.js';
import { signedId } from '../sign/ticket-address.js';
import { stageMessage } from './staging.js';
import { NO_REACTIONS, type WrittenLetter } from './write.js';

export interface Summary {
  readonly policy: DeskPolicy;
  readonly now: Date;
  /** What it is about; the same cause gives the same Message-IDs. */
  readonly cause: string;
  readonly subject: Phrase;
  readonly text: TextName;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MAX_LISTED = 200;

/** The variables by which texts list messages. */
export function listed(
  policy: DeskPolicy,
  messages: readonly Facts[],
): {
  listed: readonly { subject: string; from: string }[];
  more: number | null;
} {
  return {
    listed: messages.slice(0, MAX_LISTED).map(({ subject, sender }) => ({
      subject: subject || policy.phrase('no-subject'),
      from: sender.shown,
    })),
    more: messages.length > MAX_LISTED ? messages.length - MAX_LISTED : null,
  };
}

export function writeSummary(summary: Summary): readonly WrittenLetter[] {
  const { policy, now, cause } = summary;
  const subject = policy.phrase(summary.subject.name, { deskName: policy.name, ...summary.subject.values });
  const text = policy.render(summary.text, { deskName: policy.name, ...summary.variables });
  return policy.staff.map((member) => {
    const to = member.addresses[0] ?? '';
    const rest = digest(policy.secrets[0], 'message id 1', [cause, 'summary', to.toLowerCase()]);
    const messageId = signedId(policy, { number: 0, role: { kind: 'staff', member } }, rest);
    const raw = composeText({
      from: { name: policy.name, address: policy.address },
      to: { name: '', address: to },
      subject,
      messageId,
      references: [],
      date: now,
      fields: [['Auto-Submitted', 'auto-generated'], ['X-Auto-Response-Suppress', 'All'], NO_REACTIONS],
      text,
    });
    const stage = { purpose: 'summary' as const, ticket: null, to, cause, causeId: null };
    return { stage, messageId, raw: stageMessage(policy, stage, signOrigin(policy, raw)) };
  });
}
