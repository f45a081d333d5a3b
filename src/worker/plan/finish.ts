/** Finishes what a dead worker left under way: the messages follow the entry (see `effects.ts`). */
import { isUnderWay, stateOf } from '../../desk/ticket/ticket.js';
import type { Effects, Move, NewHint, StateChange } from '../effects/effects.js';
import { type ArchiveView, hintOf } from '../sight/archive.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { moveRest } from './moves.js';

/** A new ticket whose first message is still pending is left to the filing of that message. */
export async function planFinish(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: ReadonlySet<string> },
): Promise<Effects> {
  const moves: Move[] = [];
  const hints: NewHint[] = [];
  const links: StateChange[] = [];
  for (const record of [...survey.ledger.records.values()].filter(isUnderWay)) {
    const { number, rootIdentity } = record;
    if (survey.ledger.endOf(number) !== number) continue;
    const filed = survey.open.some(({ facts }) => facts.identity === rootIdentity);
    // A server without MOVE may have left the root in both folders: then it is filed, and its twin is pending.
    if (seen.pending.has(rootIdentity) && !filed) continue;
    desk.log.info({ ticket: number }, 'finishing a transition that was left under way');
    const change = { number, to: stateOf(record) };
    moves.push(await moveRest(desk, survey, change));
    if (change.to === 'archived') hints.push(hintOf(seen.archive, number, { complete: false }));
    links.push(change);
  }
  return { moves, hints, links, settled: links.map(({ number }) => number) };
}
