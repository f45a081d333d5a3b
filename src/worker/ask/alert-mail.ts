/** A test of an alert that goes by mail: past the outbox, so that whoever asks hears at once what the mail server says. */
import type { AlertMessage } from '../../desk/alerts/alert-message.js';
import type { AlertMail } from '../../desk/alerts/alert-rule.js';
import { alertLetters } from '../../desk/letters/alert-letter.js';
import { verifyStaged } from '../../desk/letters/staging.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Throws what the mail server refuses it with. */
export async function sendAlertMail(
  { policy, courier, envelopeFrom, now }: WorkingDesk,
  message: AlertMessage,
  mail: AlertMail,
): Promise<void> {
  // A signed sender would name a ticket, and this message has none.
  const from = envelopeFrom === 'null' ? '' : policy.address;
  for (const { stage, raw } of alertLetters({ policy, now: now() }, message, mail)) {
    const verified = verifyStaged(policy, raw);
    if (verified !== null && stage.to !== null) await courier.send({ from, to: stage.to }, verified.raw);
  }
}
