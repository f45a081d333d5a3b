/**
 * Messages of open tickets that lie in the archive although nobody moved them there: a reopening brought some of a ticket's
 * messages back and not the others (an older worker took a refusal to read them for "there are none"). They lie below the
 * watermark, where no pass looks, so the hints of open tickets tell of them: whatever still lies where a hint says goes to
 * Open. A worker asks once for each ticket that is open or opens again, and only for those (`workplace/whole-tickets.ts`): nothing
 * grows with the archive.
 */
import { isUnderWay, stateOf } from '../../desk/ticket/ticket.js';
import type { HintRecord, Registered } from '../../mailbox/register/entry.js';
import { lookUpHints } from '../../mailbox/register/look-up.js';
import type { Effects, Move } from '../effects/effects.js';
import { type ArchiveView, stillThere, uidsNamed } from '../sight/archive.js';
import { groupByTicket, lookUpStrangers, place, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { isFromPeople } from './follow-away.js';
import { ticketMove } from './moves.js';

export async function planBack(desk: Desk, survey: Survey, archive: ArchiveView): Promise<Effects> {
  const { cache, store, folders } = desk;
  const open = openHere(desk, survey);
  await cache.whole.keep(open);
  const unsure = new Set([...open].filter((number) => isUnsure(desk, survey, number)));
  if (unsure.size === 0) return {};
  const hints = await hintsOf(desk, survey, [...unsure]);
  const uids = uidsNamed(hints, archive.uidValidity);
  const found = await stillThere(desk, archive, uids);
  const messages = await cache.read(store, folders.archived, found);
  await lookUpStrangers(desk, survey, messages);
  const moves: Move[] = [];
  for (const [number, astray] of groupByTicket(place(survey, messages))) {
    if (!unsure.has(number)) continue;
    unsure.delete(number);
    // What was known of it is no more: unless they get there, they are looked for again.
    cache.whole.forget(number);
    desk.log.warn(
      { ticket: number, count: astray.length },
      'messages of this open ticket lay in the archive: they are brought back to it',
    );
    moves.push(ticketMove(desk, astray, { number, to: 'open' }));
  }
  for (const number of unsure) cache.whole.note(number, hints);
  return { moves };
}

/** Not asked yet, or a repair has told since where messages of it lie. */
function isUnsure({ cache }: Desk, survey: Survey, number: number): boolean {
  return !cache.whole.isKnown(number, (ticket) => survey.ledger.endOf(ticket) === number);
}

/** Open tickets of which somebody's message lies in Open; others are finished, or closed, by other plans. */
function openHere(desk: Desk, survey: Survey): ReadonlySet<number> {
  const here = new Set<number>();
  for (const message of survey.open) {
    const record = message.ticket === null ? undefined : survey.ledger.records.get(message.ticket);
    if (record === undefined || stateOf(record) !== 'open' || isUnderWay(record)) continue;
    if (isFromPeople(desk, survey, message)) here.add(record.number);
  }
  return here;
}

/** Live or done, of these tickets and of all that was merged into them. */
async function hintsOf(
  desk: Desk,
  survey: Survey,
  tickets: readonly number[],
): Promise<readonly Registered<HintRecord>[]> {
  const { store, folders } = desk;
  const { merges, records } = survey.ledger;
  const numbers = tickets.flatMap((number) => [number, ...merges.into(number).map(({ from }) => from)]);
  // A ticket's hints come after its entry. Where a repair has written that anew, it was under way, and is one whole.
  const entries = numbers.map((number) => records.get(number)?.uid ?? 1);
  // A person may have taken the entry away, and put it back above them.
  const asked = new Set<number | null>(numbers);
  const seen = survey.hints.flatMap(({ ticket, uid }) => (asked.has(ticket) ? uid : []));
  return lookUpHints(store, folders.register, { tickets: numbers, uidFrom: Math.min(...entries, ...seen) });
}
