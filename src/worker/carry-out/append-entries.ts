/** Appends entries to the register. Every entry carries the highest number given so far. */
import { formatRecord } from '../../mailbox/register/format.js';
import type { NewMessage } from '../../mailbox/store.js';
import { MAX_MOVED_IN_A_HINT, type Moved, type NewEntry, type NewHint } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import { chunksOf, grouped } from '../workplace/batches.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { isUnbroken } from './unbroken.js';

/** What the worker puts into the register is `\Seen`, so no client counts it as new. */
export function entryMessage(
  desk: WorkingDesk,
  { record, flags = [] }: NewEntry,
  highest: number,
): NewMessage {
  const { name: deskName, address: deskAddress } = desk.policy;
  const raw = formatRecord(record, { deskName, deskAddress, now: desk.now(), id: desk.newId(), highest });
  return { raw, flags: ['\\Seen', ...flags] };
}

/** Before entries are written that the ledger does not hold: what fails may have been written all the same. */
export function noteWritten({ written }: Pick<Survey, 'written'>, others: readonly unknown[]): void {
  written.others ||= others.length > 0;
}

/** As one batch; the ledger knows of links and proofs from then on. */
export async function appendEntries(
  desk: WorkingDesk,
  survey: Pick<Survey, 'ledger' | 'registerUidNext' | 'written'>,
  entries: readonly NewEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { ledger } = survey;
  const messages = entries.map((entry) => entryMessage(desk, entry, ledger.highest));
  noteWritten(
    survey,
    entries.filter(({ record: { kind } }) => kind !== 'link' && kind !== 'written'),
  );
  const uids = await desk.store.append(desk.folders.register, messages);
  if (!isUnbroken(desk, survey, uids)) survey.written.others = true;
  for (const [index, uid] of uids.entries()) {
    const record = entries[index]?.record;
    const flags = new Set(messages[index]?.flags);
    if (record?.kind === 'link') ledger.takeLink({ ...record, uid, flags });
    if (record?.kind === 'written') ledger.takeFromAccount({ ...record, uid, flags });
  }
}

/** What has moved is told by the first hint of its ticket. */
export function hintEntries(hints: readonly NewHint[], moved: readonly Moved[]): readonly NewEntry[] {
  const untold = new Map(grouped(moved, ({ ticket }) => ticket));
  return hints.flatMap(({ there, ifMoved = false, ...hint }) => {
    const went = untold.get(hint.ticket) ?? [];
    untold.delete(hint.ticket);
    const all = [...there, ...went.map(({ uid, identity }) => ({ uid, identity }))];
    if (ifMoved && all.length === 0) return [];
    const parts = all.length === 0 ? [[]] : chunksOf(all, MAX_MOVED_IN_A_HINT);
    return parts.map((some): NewEntry => ({ record: { kind: 'hint', ...hint, moved: some } }));
  });
}
