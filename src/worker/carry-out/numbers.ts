/**
 * Gives numbers. A number is one more than the highest given, appended to the register, then looked at again: of
 * entries with one number or one root the lowest UID counts, and whoever finds its own void was overtaken.
 *
 * That look is left out where the UIDs follow on what was seen (`unbroken.ts`): then no entry is there that could void
 * these, and they were told or found by the store, so they are there: with a UID the server says what it has done (RFC
 * 4315 §3), as it does with COPYUID for a move.
 */
import { MAX_NUMBER } from '../../desk/sign/ticket-address.js';
import { notStored } from '../../mailbox/not-stored.js';
import { SPLIT_OFF } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import type { NewMessage, StoredMessage } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { NewTicket } from '../effects/effects.js';
import { type Survey, takeIn } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { entryMessage } from './append-entries.js';
import { isUnbroken } from './unbroken.js';

const HEADER_END = '\r\n\r\n';

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
  if (fresh.some(({ number }) => number > MAX_NUMBER)) throw noNumberLeft();
  const { store, folders } = desk;
  const messages = fresh.map(({ splitOff = false, placed: _placed, ...entry }) => {
    const flags = ['\\Flagged', ...(splitOff ? [SPLIT_OFF] : [])];
    return entryMessage(desk, { record: { kind: 'ticket', ...entry }, flags }, entry.number);
  });
  const mine = await store.append(folders.register, messages);
  if (isUnbroken(desk, survey, mine)) {
    const given = arbitrate(messages.flatMap((message, index) => asStored(desk, message, mine[index])));
    for (const ticket of given.tickets) survey.ledger.takeRecord(ticket);
    return;
  }
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

/** Mail stays where it is: with a longer number no address, tag or command would find the ticket again. */
function noNumberLeft(): Problem {
  return new Problem(
    'no-number-left',
    `the register says that numbers up to ${MAX_NUMBER} were given, and there are none beyond: what would open a ticket stays in the inbox. Look for the entry of the register with that number, and begin a desk with folders of its own`,
    { scope: 'folder', exitCode: EXIT.configuration },
  );
}

/** What the server would give back. */
function asStored({ now }: WorkingDesk, { raw, flags }: NewMessage, uid = 0): StoredMessage {
  const header = raw.subarray(0, raw.indexOf(HEADER_END) + HEADER_END.length);
  return { uid, flags: new Set(flags), size: raw.length, receivedAt: now(), header, structure: null };
}

/** Why what was just appended is not there: another worker has removed it as void, or it was never stored. */
function notThere(folder: string, what: { lacking: readonly number[]; uidNext: number }): Error {
  return what.lacking.every((uid) => uid < what.uidNext)
    ? new Overtaken('another worker was quicker, and has removed what was appended')
    : notStored(folder);
}
