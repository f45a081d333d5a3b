/** Carries out effects: this room alone writes into the mailbox. In which order, and why, is said in `effects.ts`. */
import { stateOf } from '../../desk/ticket/ticket.js';
import { SPLIT_OFF } from '../../mailbox/register/entry.js';
import type { Effects, FlagChange, Moved, StateChange } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import { grouped } from '../workplace/batches.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { appendEntries, hintEntries, noteWritten } from './append-entries.js';
import { type AllMoved, moveAll } from './move-all.js';
import { giveNumbers, Overtaken } from './numbers.js';
import { NOTHING_STAGED, release, type StagedByCause, stageLetters, takeBack } from './stage.js';

export interface Outcome {
  /** The identities of what was there, and has moved by itself: not those of its ticket's other messages. */
  readonly gone: ReadonlySet<string>;
  /** What was seen before is no longer true. */
  readonly stale: boolean;
}

const NOTHING = {
  folders: [],
  handedIn: [],
  brought: [],
  tickets: [],
  entries: [],
  lettersFirst: false,
  released: [],
  removed: [],
  states: [],
  flags: [],
  moves: [],
  copies: [],
  hints: [],
  links: [],
  merged: [],
  done: [],
  settled: [],
  stale: false,
} satisfies Effects;

type Work = Required<Omit<Effects, 'letters'>> & Pick<Effects, 'letters'>;

/** Throws Overtaken where another worker was quicker: then nothing has moved, and the next look finds what was begun. */
export async function carryOut(desk: WorkingDesk, survey: Survey, effects: Effects): Promise<Outcome> {
  const work: Work = { ...NOTHING, ...effects };
  const { store, folders } = desk;
  for (const { name, subscribe } of work.folders) await store.createFolder(name, { subscribe });
  await handIn(desk, work);
  const staged = await enter(desk, survey, work);
  await setFlags(desk, [{ folder: folders.outbox, uids: work.released, change: { remove: ['\\Flagged'] } }]);
  for (const { folder, uids } of work.removed) {
    if (folder === folders.register) noteWritten(survey, uids);
    await store.remove(folder, uids);
  }
  await setStates(desk, survey, work.states);
  await setFlags(desk, work.flags);
  if (work.moves.length + work.copies.length > 0) survey.located.clear();
  // What comes to lie in the archive may be marked as well.
  if (work.moves.some(({ to }) => to === folders.archived)) desk.cache.markedInArchive = null;
  const { moved, left, error } = await moveAll(desk, work.moves);
  if (error !== null) {
    await settleWhole(desk, survey, { work, moved, left });
    throw error;
  }
  noteWhole(desk, survey, work.states);
  for (const { from, uids, to } of work.copies) await store.copy(from, uids, to);
  const gone = new Set(moved.filter(({ whole }) => !whole).map(({ identity }) => identity));
  await tellWhere(desk, survey, { work, moved });
  noteNew(desk, work, gone);
  await markDone(desk, survey, { work, gone });
  await release(desk, staged, { when: work.letters?.release ?? 'unheld', gone });
  await clearUnderWay(desk, survey, endedBy(work, gone));
  return { gone, stale: work.stale || work.states.length > 0 || moved.length > 0 };
}

/** Mail for the inbox, and mail from elsewhere for the archive. */
async function handIn({ store, folders }: WorkingDesk, { handedIn, brought }: Work): Promise<void> {
  await store.append(
    folders.inbox,
    handedIn.map((raw) => ({ raw, flags: [], wantsUid: false })),
  );
  if (brought.length > 0) await store.append(folders.archived, brought);
}

/** Where another worker was quicker, that is logged, and all is to be looked at again. */
export async function carryOutOrLook(
  desk: WorkingDesk,
  survey: Survey,
  effects: Effects,
): Promise<Pick<Outcome, 'stale'>> {
  try {
    return await carryOut(desk, survey, effects);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    desk.log.info({}, error.message);
    return { stale: true };
  }
}

/** Where some ticket has not moved as a whole, the others are done with all the same; the next pass sees to the rest. */
async function settleWhole(
  desk: WorkingDesk,
  survey: Survey,
  { work, moved, left }: { work: Work; moved: readonly Moved[]; left: AllMoved['left'] },
): Promise<void> {
  const others: Work = {
    ...work,
    tickets: [],
    hints: work.hints.filter(({ ticket }) => !left.has(ticket)),
    states: work.states.filter(({ number }) => !left.has(number)),
    links: work.links.filter(({ number }) => !left.has(number)),
    settled: work.settled.filter((number) => !left.has(number)),
  };
  await tellWhere(desk, survey, { work: others, moved });
  await clearUnderWay(desk, survey, endedBy(others, new Set()));
}

/** Of what opens again all has moved that its hints tell of: nobody need look for more (`plan/astray.ts`). */
function noteWhole({ cache, folders }: WorkingDesk, survey: Survey, states: readonly StateChange[]): void {
  if (cache.hasUnreadable(folders.archived)) return;
  for (const { number, to } of states) {
    const hints = to === 'open' ? survey.hinted.get(number) : undefined;
    if (hints !== undefined && survey.ledger.merges.into(number).length === 0)
      cache.whole.note(number, hints);
  }
}

/** Of a ticket that has just been opened with new mail nothing can lie in the archive. */
function noteNew({ cache }: WorkingDesk, { tickets, states }: Work, gone: ReadonlySet<string>): void {
  const changed = new Set(states.map(({ number }) => number));
  for (const { number, rootIdentity, placed = false, splitOff = false } of tickets)
    if (gone.has(rootIdentity) && !placed && !splitOff && !changed.has(number)) cache.whole.note(number, []);
}

async function tellWhere(
  desk: WorkingDesk,
  survey: Survey,
  { work, moved }: { work: Work; moved: readonly Moved[] },
): Promise<void> {
  const inArchive = moved.filter(({ folder }) => folder === desk.folders.archived);
  await appendEntries(desk, survey, hintEntries(work.hints, inArchive));
  for (const { ticket } of work.hints) if (ticket !== null) survey.hinted.delete(ticket);
  await flagLinks(desk, survey, [...work.states, ...work.links]);
}

/** Steps 1 and 2. */
async function enter(desk: WorkingDesk, survey: Survey, work: Work): Promise<StagedByCause> {
  const early = work.lettersFirst ? await stageLetters(desk, survey, work.letters) : NOTHING_STAGED;
  try {
    await giveNumbers(desk, survey, work.tickets);
  } catch (error) {
    if (error instanceof Overtaken) await takeBack(desk, early);
    throw error;
  }
  await appendEntries(desk, survey, work.entries);
  return work.lettersFirst ? early : stageLetters(desk, survey, work.letters);
}

async function setFlags({ store }: WorkingDesk, changes: readonly FlagChange[]): Promise<void> {
  for (const { folder, uids, change } of changes)
    if (uids.length > 0) await store.setFlags(folder, uids, change);
}

/** One STORE for all entries that get the same flags. */
async function setStates(desk: WorkingDesk, survey: Survey, states: readonly StateChange[]): Promise<void> {
  const changes = states.flatMap(({ number, to }) => {
    const record = survey.ledger.records.get(number);
    if (record === undefined) return [];
    const kept = record.flags.has(SPLIT_OFF) ? [SPLIT_OFF] : [];
    return [
      { record, flags: ['\\Seen', '\\Flagged', ...(to === 'archived' ? ['\\Answered'] : []), ...kept] },
    ];
  });
  for (const group of grouped(changes, ({ flags }) => flags.join(' ')).values()) {
    const uids = group.map(({ record }) => record.uid);
    await desk.store.setFlags(desk.folders.register, uids, { set: group[0]?.flags ?? [] });
    for (const { record, flags } of group) survey.ledger.takeRecord({ ...record, flags: new Set(flags) });
  }
}

/** The flags of a ticket's links and the like follow those of its entry, and so do those of what was merged into it. */
async function flagLinks(desk: WorkingDesk, survey: Survey, changes: readonly StateChange[]): Promise<void> {
  const { ledger } = survey;
  for (const to of ['archived', 'open'] as const) {
    const numbers = new Set(changes.filter((change) => change.to === to).map(({ number }) => number));
    const isWrong = (one: { ticket: number; flags: ReadonlySet<string> }): boolean =>
      numbers.has(ledger.endOf(one.ticket)) && one.flags.has('\\Answered') !== (to === 'archived');
    const links = [...ledger.links.values()].filter(isWrong);
    const written = [...ledger.fromAccount.values()].filter(isWrong);
    const uids = [...links, ...written].map(({ uid }) => uid);
    if (numbers.size === 0 || uids.length === 0) continue;
    const change = to === 'archived' ? { add: ['\\Answered'] } : { remove: ['\\Answered'] };
    await desk.store.setFlags(desk.folders.register, uids, change);
    const flagged = (flags: ReadonlySet<string>): ReadonlySet<string> => {
      const others = [...flags].filter((flag) => flag !== '\\Answered');
      return new Set(to === 'archived' ? [...others, '\\Answered'] : others);
    };
    for (const link of links) ledger.takeLink({ ...link, flags: flagged(link.flags) });
    for (const one of written) ledger.takeFromAccount({ ...one, flags: flagged(one.flags) });
  }
}

async function markDone(
  desk: WorkingDesk,
  survey: Survey,
  { work: { done, merged }, gone }: { readonly work: Work; readonly gone: ReadonlySet<string> },
): Promise<void> {
  const over = done.filter(({ identity }) => identity === undefined || gone.has(identity));
  noteWritten(survey, [...merged, ...over]);
  const folder = desk.folders.register;
  await setFlags(desk, [
    { folder, uids: merged, change: { remove: ['\\Flagged'] } },
    { folder, uids: merged, change: { add: ['\\Seen', '\\Answered'] } },
    { folder, uids: over.map(({ uid }) => uid), change: { add: ['\\Answered'] } },
  ]);
}

/** The tickets that are under way no more: a new one once its first message is in its place. */
function endedBy({ tickets, states, settled }: Work, gone: ReadonlySet<string>): readonly number[] {
  const opened = tickets.filter(({ placed, rootIdentity }) => placed === true || gone.has(rootIdentity));
  return [...opened, ...states].map(({ number }) => number).concat(settled);
}

async function clearUnderWay(desk: WorkingDesk, survey: Survey, numbers: readonly number[]): Promise<void> {
  const records = numbers.flatMap((number) => survey.ledger.records.get(number) ?? []);
  if (records.length === 0) return;
  const { store, folders } = desk;
  const asked = records.map(({ uid }) => uid);
  const now = await store.flags(folders.register, asked);
  const unchanged = records.filter((record) => {
    const flags = now.get(record.uid);
    return flags !== undefined && stateOf({ uid: record.uid, flags }) === stateOf(record);
  });
  if (unchanged.length === 0) return;
  const uids = unchanged.map(({ uid }) => uid);
  await store.setFlags(folders.register, uids, { remove: ['\\Flagged'] });
  for (const record of unchanged) {
    const flags = new Set([...record.flags].filter((flag) => flag !== '\\Flagged'));
    survey.ledger.takeRecord({ ...record, flags });
  }
}
