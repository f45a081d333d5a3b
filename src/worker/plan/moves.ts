/** Moves of a ticket's messages from one ticket folder to the other. */
import type { TicketState } from '../../desk/ticket/ticket.js';
import type { Move } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export function ticketMove(
  { folders }: Desk,
  messages: readonly FiledMessage[],
  { number, to }: { readonly number: number; readonly to: TicketState },
): Move {
  const from = to === 'archived' ? folders.open : folders.archived;
  const moving = messages.map(({ uid, facts }) => ({ uid, identity: facts.identity, ticket: number }));
  return { from, to: folders[to], messages: moving, whole: true };
}
