/** Alerts that go by mail: a short letter, or one short enough for an SMS. */
import { type AlertMessage, oneLine, severalLines } from '../alerts/alert-message.js';
import type { AlertMail } from '../alerts/alert-rule.js';
import { smsText } from '../alerts/sms-text.js';
import type { DeskPolicy } from '../policy.js';
import { type ComposedLetter, compose } from './compose-letter.js';

const CAUSE = 'alert:';

/** One for each address. The same message gives the same Message-IDs. */
export function alertLetters(
  { policy, now }: { readonly policy: DeskPolicy; readonly now: Date },
  message: AlertMessage,
  { to, sms }: AlertMail,
): readonly ComposedLetter[] {
  const purpose = sms === null ? 'alert' : 'alert-sms';
  const subject = sms === null ? message.headline : sms.subject;
  const text = sms === null ? severalLines(message) : smsText(oneLine(message));
  const facts = { identity: `${CAUSE}${message.id}`, messageId: null, references: [], subject: '' };
  return to.map((address) => {
    const letter = { purpose, to: address, subject } as const;
    const draft = { policy, occasion: { facts, ticket: null }, letter, number: 0 };
    return compose(draft, now, { passed: null, text: `${text}\n` });
  });
}
