/**
 * Gives numbers. A number is one more than the highest given, appended to the register, then looked at again: of
 * entries with one number or one root the lowest UID counts, and whoever finds its own void was overtaken.
 */
import { notStored } from '../../mailbox/not-stored.js';
import { SPLIT_OFF } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import { Problem } from '../../problem/problem.js';
import type { NewTicket } from '../effects/effects.js';
import { type Survey, takeIn } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { entryMessage } from './append-entries.js';

/** Another worker was quicker: what this pass knows is out of date, and it has to look again. */
export class Overtaken extends Problem {
  constructor(message: string) {
    super('overtaken', `${message}; the next pass looks again`, { temporary: true, scope: 'folder' });
  }
}

/** Appends the entries that are not there yet, each under way until its first message lies in Open. */
export async function giveNumbers(
  desk: WorkingDesk,
  survey: Survey,
  tickets: readonly NewTicket[],
): Promise<void> {
  const fresh = tickets.filter(({ number }) => !survey.ledger.records.has(number));
  if (fresh.length === 0) return;
  const { store, folders } = desk;
  const messages = fresh.map(({ splitOff = false, placed: _placed, ...entry }) => {
    const flags = ['\\Flagged', ...(splitOff ? [SPLIT_OFF] : [])];
    return entryMessage(desk, { record: { kind: 'ticket', ...entry }, flags }, entry.number);
  });
  const mine = await store.append(folders.register, messages);
  const { uidNext } = await store.state(folders.register);
  const found = await store.search(folders.register, { uidFrom: survey.registerUidNext });
  const uids = found.filter((uid) => uid >= survey.registerUidNext);
  const read = await readEntries(store, folders.register, uids);
  const there = new Set(read.map(({ uid }) => uid));
  const lacking = mine.filter((uid) => !there.has(uid));
  if (lacking.length > 0) throw notThere(folders.register, { lacking, uidNext });
  const view = arbitrate(read);
  survey.registerUidNext = uidNext;
  // What is decided is done as decided: the next look sees to a merge that was asked for since.
  takeIn(survey, { ...view, merges: [] });
  await store.remove(folders.register, view.voided);
  if (view.voided.some((uid) => mine.includes(uid)))
    throw new Overtaken('another worker gave these numbers first');
}

/** Why what was just appended is not there: another worker has removed it as void, or it was never stored. */
export function notThere(folder: string, what: { lacking: readonly number[]; uidNext: number }): Error {
  return what.lacking.every((uid) => uid < what.uidNext)
    ? new Overtaken('another worker was quicker, and has removed what was appended')
    : notStored(folder);
}
