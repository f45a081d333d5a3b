/**
 * Gives numbers. A number is one more than the highest given, appended to the register, then looked at again: of
 * entries with one number or one root the lowest UID counts, and whoever finds its own void was overtaken.
 */
import type { TicketEntry } from '../../desk/ticket/ticket.js';
import { notStored } from '../../mailbox/not-stored.js';
import { SPLIT_OFF } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import { removeVoid, type Survey, takeIn } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { appendRecord } from './register-writing.js';

/** Another worker was quicker: what this pass knows is out of date, and it has to look again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Why what was just appended is not there: another worker has removed it as void, or it was never stored. */
export function notThere(folder: string, what: { lacking: readonly number[]; uidNext: number }): Error {
  const removed = what.lacking.every((uid) => uid < what.uidNext);
  return removed
    ? new Overtaken('another worker was quicker, and has removed what was appended')
    : notStored(folder);
}

export interface NewTicket extends TicketEntry {
  /** Its first message was in another ticket until now. */
  readonly splitOff?: boolean;
}

/** Appends the entries that are not there yet, each under way until its first message lies in Open. */
export async function openTickets(desk: Desk, survey: Survey, entries: readonly NewTicket[]): Promise<void> {
  const mine = new Set<number>();
  for (const { splitOff = false, ...entry } of entries) {
    if (survey.records.has(entry.number)) continue;
    const flags = ['\\Flagged', ...(splitOff ? [SPLIT_OFF] : [])];
    mine.add(await appendRecord(desk, { kind: 'ticket', ...entry }, { highest: entry.number, flags }));
  }
  if (mine.size === 0) return;
  const { store, folders } = desk;
  const { uidNext } = await store.state(folders.register);
  const uids = await store.search(folders.register, { uidFrom: survey.registerUidNext });
  const fresh = uids.filter((uid) => uid >= survey.registerUidNext);
  const read = await readEntries(store, folders.register, fresh);
  const there = new Set(read.map(({ uid }) => uid));
  const lacking = [...mine].filter((uid) => !there.has(uid));
  if (lacking.length > 0) throw notThere(folders.register, { lacking, uidNext });
  const view = arbitrate(read);
  survey.registerUidNext = uidNext;
  // What has been decided by now is done as decided: a merge that was asked for since is seen to by the next look.
  takeIn(survey, { ...view, merges: [] });
  await removeVoid(desk, folders.register, view.voided);
  if (view.voided.some((uid) => mine.has(uid)))
    throw new Overtaken('another worker gave these numbers first');
}
