/** Alerts that go by mail are letters of the outbox, staged once: their Message-IDs are derived from what they tell. */
import type { AlertMessage } from '../../desk/alerts/alert-message.js';
import type { AlertMail } from '../../desk/alerts/alert-rule.js';
import { alertLetters } from '../../desk/letters/alert-letter.js';
import type { Effects } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import { outboxCopyOf } from '../workplace/outbox-copy.js';

export async function stageAlerts(
  desk: Desk,
  written: readonly { readonly message: AlertMessage; readonly to: AlertMail | null }[],
): Promise<Effects> {
  const writer = { policy: desk.policy, now: desk.now() };
  const all = written.flatMap(({ message, to }) => (to === null ? [] : alertLetters(writer, message, to)));
  const ids = all.map(({ messageId }) => messageId);
  // What lies there unsent is found when it is staged; a dead worker may have sent it.
  const sent = await sentBefore(desk, ids);
  const composed = all.filter(({ messageId }) => !sent.has(messageId));
  return { letters: { composed, release: 'unheld' } };
}

/** What was sent stays in the outbox for longer than anybody comes back to it: no other folder need be searched. */
export async function sentBefore(
  { store, folders }: Desk,
  ids: readonly string[],
): Promise<ReadonlySet<string | null>> {
  const or = ids.map((id) => ({ header: 'Message-ID', contains: id }));
  const uids = await store.search(folders.outbox, { and: [{ flag: '\\Answered', set: true }, { or }] });
  return new Set((await store.fetch(folders.outbox, uids)).map((message) => outboxCopyOf(message).messageId));
}
