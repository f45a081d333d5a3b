/** Moves of a ticket's messages from one ticket folder to the other. */
import type { Move, StateChange } from '../effects/effects.js';
import { locateArchived } from '../sight/archive.js';
import type { PlacedMessage, Survey } from '../sight/survey.js';
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
 * The messages of a ticket that lie where it is no more go to where it is from now on. `open` is what lies in Open, unless it
 * is as the pass has seen it.
 */
export async function moveRest(
  desk: Desk,
  survey: Survey,
  { number, to, open = survey.open }: StateChange & { readonly open?: readonly PlacedMessage[] },
): Promise<Move> {
  const rest =
    to === 'archived'
      ? open.filter(({ ticket }) => ticket === number)
      : await locateArchived(desk, survey, number);
  return ticketMove(desk, rest, { number, to });
}
