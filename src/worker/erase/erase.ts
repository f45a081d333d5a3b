/**
 * Removes for good what somebody was shown. To be run under the account's lock and the desk's claim, on what was looked at
 * since. The order is such that what is left after a death still tells whose it is, and a second run finds it:
 *
 * 1. A note in the register, which names numbers and nobody: until it is done, no pass takes what has gone for something that
 *    people have moved (`plan/follow-away.ts`), and no repair makes these tickets anew.
 * 2. Where hints go that told how far the archive was looked at, one that says so and nothing else.
 * 3. Letters and copies, then the tickets' mail.
 * 4. What the register says of them: links, hints and the like; then the tickets' entries; then what was merged.
 * 5. The note is done, once none of its tickets has an entry any more.
 */
import type { ErasedRecord, HintRecord } from '../../mailbox/register/entry.js';
import { lookUpRegister } from '../../mailbox/register/look-up.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { doneWith, type InFolder, type NewEntry } from '../effects/effects.js';
import { watermarkOf } from '../sight/archive.js';
import type { Survey } from '../sight/survey.js';
import { chunksOf } from '../workplace/batches.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { byFolder, type Erasure } from './erasure.js';

/** As hints are split: no entry has more fields than a header block is read for. */
const MAX_NUMBERS_IN_A_NOTE = 100;
const REMOVED_TOGETHER = 500;

export async function erase(
  desk: WorkingDesk,
  { erasure, survey }: { readonly erasure: Erasure; readonly survey: Survey },
): Promise<void> {
  const { register } = desk.folders;
  await carryOut(desk, survey, {
    entries: [...notesOf(desk, erasure), ...(await watermark(desk, survey, erasure))],
  });
  const { others, tickets, merges } = erasure.entries;
  const inOrder = [
    ...byFolder(erasure.messages),
    ...[others, tickets, merges].map((uids) => ({ folder: register, uids })),
  ];
  await removeAll(desk, survey, inOrder);
  await demandGone(desk, inOrder);
  await endNotes(desk, survey);
}

/** None where an earlier run has written what this one would. */
function notesOf(desk: WorkingDesk, erasure: Erasure): readonly NewEntry[] {
  const { tickets, parts, messages, begun } = erasure;
  const noted = new Set(begun.flatMap((note) => note.tickets));
  const about = [
    ...tickets.filter((number) => !noted.has(number)).map((number) => ({ number, whole: true })),
    ...parts.map((number) => ({ number, whole: false })),
  ];
  if (about.length === 0 && (messages.length === 0 || begun.length > 0)) return [];
  const chunks = about.length === 0 ? [[]] : chunksOf(about, MAX_NUMBERS_IN_A_NOTE);
  return chunks.map((some, index): NewEntry => {
    const numbersOf = (whole: boolean): number[] =>
      some.filter((one) => one.whole === whole).map(({ number }) => number);
    const counted = messages.filter(({ ticket }) =>
      ticket === null || !about.some(({ number }) => number === ticket)
        ? index === 0
        : some.some(({ number }) => number === ticket),
    );
    const record: ErasedRecord = {
      kind: 'erased',
      tickets: numbersOf(true),
      parts: numbersOf(false),
      messages: counted.length,
      at: desk.now(),
    };
    return { record };
  });
}

async function watermark(
  { store, folders }: WorkingDesk,
  survey: Survey,
  { entries }: Erasure,
): Promise<readonly NewEntry[]> {
  const going = new Set(entries.others);
  if (!survey.hints.some(({ uid }) => going.has(uid))) return [];
  const { uidValidity } = await store.state(folders.archived);
  const uidNext = watermarkOf(survey, uidValidity);
  if (uidNext === null) return [];
  const record: HintRecord = {
    kind: 'hint',
    ticket: null,
    uidValidity,
    uidNext,
    moved: [],
    complete: true,
  };
  return [{ record }];
}

async function removeAll(desk: WorkingDesk, survey: Survey, all: readonly InFolder[]): Promise<void> {
  const total = all.reduce((sum, { uids }) => sum + uids.length, 0);
  let done = 0;
  for (const { folder, uids } of all)
    for (const some of chunksOf(uids, REMOVED_TOGETHER)) {
      if (desk.signal.aborted) throw stoppedMidway();
      desk.progress?.({ work: 'erasing', done, total });
      await carryOut(desk, survey, { removed: [{ folder, uids: some }] });
      done += some.length;
    }
}

function stoppedMidway(): Problem {
  return new Problem('erase-stopped', 'stopped before all was erased: run the command again for the rest', {
    temporary: true,
  });
}

/** An OK to a removal says that the command was understood. */
async function demandGone({ store }: WorkingDesk, all: readonly InFolder[]): Promise<void> {
  for (const { folder, uids } of all) {
    const left = uids.length === 0 ? [] : await store.search(folder, { uids });
    if (left.length === 0) continue;
    throw new Problem(
      'erase-left',
      `the server left ${left.length} messages in "${folder}" that were to be erased: run the command again`,
      { temporary: true, scope: 'folder' },
    );
  }
}

/** Of every erasure that was begun: of one that died, too, once nothing of its tickets is left. */
async function endNotes(desk: WorkingDesk, survey: Survey): Promise<void> {
  const { store, folders } = desk;
  const written = await store.search(folders.register, {
    and: [
      { header: 'X-Imapdesk-Entry', contains: 'erased' },
      { flag: '\\Answered', set: false },
    ],
  });
  const notes = arbitrate(await readEntries(store, folders.register, written)).of('erased');
  const numbers = notes.flatMap(({ tickets }) => tickets);
  const { tickets } = await lookUpRegister(store, folders.register, { tickets: numbers });
  const there = new Set(tickets.map(({ number }) => number));
  const over = notes.filter((note) => !note.tickets.some((number) => there.has(number)));
  await carryOut(desk, survey, { done: doneWith(over) });
}
