/** The order of a ticket's messages. */
import type { TicketMessage } from './ticket.js';

/** Nearly all come so: they are not copied then. */
export function byArrival(messages: readonly TicketMessage[]): readonly TicketMessage[] {
  const isSorted = messages.every((message, index) => {
    const before = messages[index - 1];
    return before === undefined || arrivedAt(before) <= arrivedAt(message);
  });
  return isSorted ? messages : [...messages].sort((a, b) => arrivedAt(a) - arrivedAt(b));
}

function arrivedAt({ facts }: TicketMessage): number {
  return facts.receivedAt.getTime();
}
