/** Alerts that go by mail are letters of the outbox, staged once: their Message-IDs are derived from what they tell. */
import type { AlertMessage } from '../../desk/alerts/alert-message.js';
import type { AlertMail } from '../../desk/alerts/alert-rule.js';
import { alertLetters } from '../../desk/letters/alert-letter.js';
import type { Effects } from '../effects/effects.js';
import { sentAlready } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export async function stageAlerts(
  desk: Desk,
  survey: Survey,
  written: readonly { readonly message: AlertMessage; readonly to: AlertMail | null }[],
): Promise<Effects> {
  const writer = { policy: desk.policy, now: desk.now() };
  const all = written.flatMap(({ message, to }) => (to === null ? [] : alertLetters(writer, message, to)));
  const ids = all.map(({ messageId }) => messageId);
  // What lies there unsent is found when it is staged; a dead worker may have sent it.
  const sent = await sentAlready(desk, survey.open, ids);
  const composed = all.filter(({ messageId }) => !sent.has(messageId));
  return { letters: { composed, release: 'unheld' } };
}
