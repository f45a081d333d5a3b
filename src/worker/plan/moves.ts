/** Moves of a ticket's messages from one ticket folder to the other. */
import type { Move, StateChange } from '../effects/effects.js';
import { locateAllArchived } from '../sight/archive.js';
import { groupByTicket, type PlacedMessage, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export function ticketMove(
  { folders }: Desk,
  messages: readonly FiledMessage[],
  { number, to }: StateChange,
): Move {
  const from = to === 'archived' ? folders.open : folders.archived;
  const moving = messages.map(({ uid, facts }) => ({ uid, identity: facts.identity, ticket: number }));
  return { from, to: folders[to], messages: moving, whole: true };
}

/**
 * The messages of tickets that lie where these are no more go to where they are from now on; a move for each ticket, in the
 * same order. `open` is what lies in Open, unless it is as the pass has seen it.
 */
export async function moveRest(
  desk: Desk,
  survey: Survey,
  { changes, open = survey.open }: { changes: readonly StateChange[]; open?: readonly PlacedMessage[] },
): Promise<readonly Move[]> {
  const inOpen = groupByTicket(open);
  const reopened = changes.flatMap(({ number, to }) => (to === 'open' ? number : []));
  const archived = await locateAllArchived(desk, survey, reopened);
  return changes.map((change) => {
    const rest = (change.to === 'archived' ? inOpen : archived).get(change.number) ?? [];
    return ticketMove(desk, rest, change);
  });
}
