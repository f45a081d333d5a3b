/** Plans the filing of a batch of pending messages: each ticket gets its net result, and all of them go in one way. */
import { entryOf } from '../../desk/ticket/decision.js';
import { stateOf, type TicketState } from '../../desk/ticket/ticket.js';
import { together } from '../../mailbox/together.js';
import {
  type Done,
  type Effects,
  type Move,
  type NewEntry,
  type NewHint,
  type StateChange,
} from '../effects/effects.js';
import { type ArchiveView, hintOf } from '../sight/archive.js';
import { attemptsOver } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import { lyingInOpen, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { alertEntries } from './alerts.js';
import { composeLetters } from './compose-letters.js';
import { type Decided, decideBatch, destinationOf } from './decide-batch.js';
import { fromAccountEntry, linkEntry } from './members.js';
import { moveRest } from './moves.js';
import { foreseeBodies, NO_BODIES } from './read-bodies.js';
import { silentEntries } from './silent.js';

export interface Filing {
  readonly decided: readonly Decided[];
  readonly effects: Effects;
}

export interface ToFile {
  readonly archive: ArchiveView;
  readonly batch: readonly Pending[];
  /** It was read just now: nothing has been written since. */
  readonly isFresh?: boolean;
}

export async function planFiling(desk: Desk, survey: Survey, given: ToFile): Promise<Filing> {
  const here = given.isFresh === true ? given.batch : await stillThere(desk, given.batch);
  const [{ decided }, foreseen] = await together(
    desk.store,
    () => decideBatch(desk, survey, here),
    async () => (given.isFresh === true ? foreseeBodies(desk, survey, here) : NO_BODIES),
  );
  // All that follows from what was decided is told before anything more is read, which may bring the register's news.
  const causes = causesIn(desk, survey, decided);
  const members = memberEntries(survey, decided);
  const before = statesOf(survey);
  const tickets = decided.flatMap(({ decision, pending }) =>
    decision.kind === 'new' && decision.ticket !== null ? [entryOf(decision, pending.facts)] : [],
  );
  // Whoever has opened a ticket may have closed it at once.
  for (const { number } of tickets) before.set(number, 'open');
  const states = stateChanges(survey, before);
  const written = await composeLetters(desk, decided, { foreseen });
  const alerts = await alertEntries(desk, survey, { decided, foreseen });
  const open = states.some(({ to }) => to === 'archived') ? await lyingInOpen(desk, survey) : [];
  const rest = await moveRest(desk, survey, { changes: states, open });
  return {
    decided,
    effects: {
      tickets,
      entries: [...members, ...silentEntries(desk, survey, decided), ...alerts],
      letters: { composed: written, release: 'moved' },
      states,
      moves: [...causes, ...rest],
      hints: hintsFor(given.archive, decided, states),
      done: closedAttempts(survey),
    },
  };
}

/** A message may have been taken away since it was read; nothing is begun for it then. */
async function stillThere(desk: Desk, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const uids = batch.map(({ uid }) => uid);
  // A search answers for what the server cannot read as well.
  const here = new Set(await desk.store.search(desk.folders.inbox, { uids }));
  return batch.filter(({ uid }) => here.has(uid));
}

function memberEntries(survey: Survey, decided: readonly Decided[]): readonly NewEntry[] {
  const links = decided.flatMap(({ decision: { ticket, via, needsLink }, pending: { facts } }) =>
    ticket === null || !needsLink || survey.ledger.links.has(facts.identity)
      ? []
      : [linkEntry(survey, { number: ticket, via: via ?? ticket, facts })],
  );
  const written = decided.flatMap(({ decision: { ticket }, pending: { facts } }) =>
    facts.fromAccount === true && ticket !== null ? fromAccountEntry(survey, { number: ticket, facts }) : [],
  );
  return [...links, ...written];
}

function statesOf({ ledger }: Survey): Map<number, TicketState> {
  const states = new Map<number, TicketState>();
  for (const [number, record] of ledger.records) states.set(number, stateOf(record));
  return states;
}

function stateChanges(survey: Survey, before: ReadonlyMap<number, TicketState>): readonly StateChange[] {
  const changes: StateChange[] = [];
  for (const [number, state] of before) {
    if (survey.ledger.endOf(number) !== number) continue;
    const to = survey.ledger.stateNow(number);
    if (to !== null && to !== state) changes.push({ number, to });
  }
  return changes;
}

/** The pending messages themselves, one way for each folder. */
function causesIn(desk: Desk, survey: Survey, decided: readonly Decided[]): readonly Move[] {
  return decided.map((one) => {
    const { uid, facts } = one.pending;
    const messages = [{ uid, identity: facts.identity, ticket: one.decision.ticket }];
    return { from: desk.folders.inbox, to: destinationOf(survey, one, desk.folders), messages };
  });
}

function hintsFor(
  archive: ArchiveView,
  decided: readonly Decided[],
  states: readonly StateChange[],
): readonly NewHint[] {
  const closed = states.filter(({ to }) => to === 'archived').map(({ number }) => number);
  const others = new Set(decided.flatMap(({ decision }) => decision.ticket ?? []));
  for (const number of closed) others.delete(number);
  return [
    ...closed.map((number) => hintOf(archive, number)),
    ...[...others].map((number) => ({ ...hintOf(archive, number), ifMoved: true })),
  ];
}

/** Each is over once its message has moved. */
function closedAttempts(survey: Survey): readonly Done[] {
  return attemptsOver(survey, () => true).map(({ uid, identity }) => ({ uid, identity }));
}
