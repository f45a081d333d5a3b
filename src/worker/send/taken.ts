/**
 * Letters that the mail server has taken while the mailbox refused to mark them so. Nothing but this keeps them from
 * being sent again: an entry in the register, and the memory of this process where that is refused as well. A pass that
 * cannot read the register sends nothing.
 */
import { carryOut } from '../carry-out/carry-out.js';
import { doneWith } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Message-IDs. What has left the outbox by now is forgotten, once all that lies there can be read. */
export async function takenLetters(desk: WorkingDesk, survey: Survey): Promise<ReadonlySet<string>> {
  const waiting = new Set(survey.outbox.flatMap(({ messageId }) => messageId ?? []));
  const { takenLetters: remembered, unreadableOutbox } = desk.cache;
  const known = survey.taken.flatMap(({ messageIds }) => messageIds);
  if (unreadableOutbox.length > 0) return new Set([...remembered, ...known]);
  for (const id of remembered) if (!waiting.has(id)) remembered.delete(id);
  const over = survey.taken.filter(({ messageIds }) => !messageIds.some((id) => waiting.has(id)));
  await carryOut(desk, survey, { done: doneWith(over) });
  return new Set([...remembered, ...known]);
}

/** Does not throw: what kept the letters from being marked is what the pass ends with. */
export async function rememberTaken(
  desk: WorkingDesk,
  survey: Survey,
  messageIds: readonly string[],
): Promise<void> {
  if (messageIds.length === 0) return;
  for (const id of messageIds) desk.cache.takenLetters.add(id);
  try {
    await carryOut(desk, survey, { entries: [{ record: { kind: 'taken', messageIds } }] });
    desk.log.warn(
      { count: messageIds.length },
      'the mailbox refuses to mark mail as sent: the register says so instead',
    );
  } catch (error) {
    desk.log.error(
      { err: error, count: messageIds.length },
      'the mailbox refuses to mark mail as sent, and to note it in the register: only this process knows, and a restart now would send it again',
    );
  }
}
