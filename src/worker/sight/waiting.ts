/** Open tickets whose last word is a customer's. */
import { unansweredIn, type WaitingTicket, waitingIn } from '../../desk/figures/voice.js';
import type { Ticket, TicketMessage } from '../../desk/ticket/ticket.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Desk } from '../workplace/desk.js';
import { lookAgain } from './look-again.js';
import type { Pending } from './pending.js';
import type { Survey } from './survey.js';

/** Who waits longest comes first. */
export async function waitingTickets(desk: Desk, survey: Survey): Promise<readonly WaitingTicket[]> {
  const { policy } = desk;
  const open = survey.ledger.tickets.filter(({ state }) => state === 'open');
  const known = await lookIntoBodies(desk, open);
  const waiting = open.flatMap((ticket): WaitingTicket[] => {
    const messages = ticket.messages.map((message) => ({
      ...message,
      facts: known.get(message) ?? message.facts,
    }));
    const found = waitingIn(policy, { ...ticket, messages });
    return found === null ? [] : [{ ticket, ...found }];
  });
  return waiting.sort(
    (a, b) => a.since.getTime() - b.since.getTime() || a.ticket.entry.number - b.ticket.entry.number,
  );
}

/**
 * Of what seems to be a customer's last words and answers something, the body may show that it is a sign such as a thumb, or
 * a bounce. A handful of commands for all tickets, since the desk's folder has all of it.
 */
async function lookIntoBodies(
  desk: Desk,
  open: readonly Ticket[],
): Promise<ReadonlyMap<TicketMessage, TicketMessage['facts']>> {
  const { policy, store, folders } = desk;
  const asked = new Map<number, TicketMessage>();
  for (const ticket of open)
    for (const message of unansweredIn(policy, ticket))
      if (message.uid !== null && message.folder === 'open' && mayShowMore(message))
        asked.set(message.uid, message);
  const stored = await store.fetch(folders.open, [...asked.keys()], { structure: true });
  const batch = stored.map((message): Pending => {
    const { uid } = message;
    return { uid, facts: desk.cache.factsOf(message), structure: trueStructure(message), quiet: false };
  });
  const seen = await lookAgain({ policy, store, folders: { inbox: folders.open } }, batch);
  return new Map(
    seen.flatMap(({ uid, facts }): [TicketMessage, TicketMessage['facts']][] => {
      const message = asked.get(uid);
      return message === undefined ? [] : [[message, { ...message.facts, automatic: facts.automatic }]];
    }),
  );
}

function mayShowMore({ facts }: TicketMessage): boolean {
  return facts.references.length > 0 || facts.mayBeBounce;
}
