/** Finishes what a dead worker left under way: the messages follow the entry (see `effects.ts`). */
import { isUnderWay, stateOf } from '../../desk/ticket/ticket.js';
import type { Effects, StateChange } from '../effects/effects.js';
import { type ArchiveView, hintOf } from '../sight/archive.js';
import type { Awaited } from '../sight/pending-mail.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { moveRest } from './moves.js';

/** A new ticket whose first message is still pending is left to the filing of that message. */
export async function planFinish(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: Awaited },
): Promise<Effects> {
  const { ledger } = survey;
  const underWay = [...ledger.records.values()].filter(
    (record) => isUnderWay(record) && ledger.endOf(record.number) === record.number,
  );
  if (underWay.length === 0) return {};
  const awaited = await seen.pending.identities();
  const filed = new Set(survey.open.map(({ facts }) => facts.identity));
  // A server without MOVE may have left the root in both folders: then it is filed, and its twin is pending.
  const begun = underWay.filter(({ rootIdentity }) => !awaited.has(rootIdentity) || filed.has(rootIdentity));
  const links = begun.map((record): StateChange => ({ number: record.number, to: stateOf(record) }));
  for (const { number } of links)
    desk.log.info({ ticket: number }, 'finishing a transition that was left under way');
  return {
    moves: await moveRest(desk, survey, { changes: links }),
    hints: links.flatMap(({ number, to }) =>
      to === 'archived' ? [hintOf(seen.archive, number, { complete: false })] : [],
    ),
    links,
    settled: links.map(({ number }) => number),
  };
}
