/** What a pass sees of its desk once it has written. */
import type { EntryName } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import { together } from '../../mailbox/together.js';
import type { Desk } from '../workplace/desk.js';
import { othersOf, type Survey } from './survey.js';
import { findLeftBehind, findUnsent, readOutbox } from './unsent.js';

/** What the register says besides tickets and links. */
const OTHER_KINDS: readonly EntryName[] = [
  'attempt',
  'request',
  'claim',
  'worker',
  'absence',
  'merge',
  'hint',
  'sent',
  'taken',
  'alert',
  'telling',
];

/**
 * The survey after its own worker has written. What it knows of tickets is as that has left them, and what lies in Open stays
 * as it was seen: a desk with many tickets is not read again at the end of each pass. The outbox is, and the other live
 * entries are where it has written any: its claim keeps other workers from them, and what people ask for is for the next
 * pass. To select a register of many years takes a server longer than all else that is read here.
 */
export async function seeWritten(desk: Desk, survey: Survey): Promise<Survey> {
  if (!survey.written.others) {
    const [unsent, leftBehind] = await together(
      desk.store,
      () => findUnsent(desk),
      () => findLeftBehind(desk),
    );
    const { copies: outbox, voided } = await readOutbox(desk, unsent);
    return { ...survey, outbox, leftBehind, voided };
  }
  const { store, folders } = desk;
  const or = OTHER_KINDS.map((kind) => ({ header: 'X-Imapdesk-Entry', contains: kind }));
  // The register last, and then first: it is selected once.
  const [unsent, leftBehind, others] = await together(
    store,
    () => findUnsent(desk),
    () => findLeftBehind(desk),
    () => store.search(folders.register, { and: [{ flag: '\\Answered', set: false }, { or }] }),
  );
  const [entries, { copies: outbox, voided }] = await together(
    store,
    () => readEntries(store, folders.register, others),
    () => readOutbox(desk, unsent),
  );
  const register = arbitrate(entries);
  return { ...survey, ...othersOf(register), outbox, leftBehind, voided };
}
