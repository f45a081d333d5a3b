/**
 * What a ticket's messages tell one after the other. Every message that is filed asks for it again, and messages are only
 * ever added, so each is read once: thousands of mails to one ticket cost no more than as many to as many.
 */
import type { DeskPolicy } from '../policy.js';
import type { Ticket, TicketMessage } from './ticket.js';

export interface Reader {
  readonly policy: DeskPolicy;
  readonly ticket: Ticket;
}

interface SoFar<T> extends Reader {
  readonly told: T;
  read: number;
}

export type ReadSoFar<T> = WeakMap<readonly TicketMessage[], SoFar<T>>;

/** Reads what has been added since it was asked for last; `read` adds one message to what was told. */
export function readOn<T>(
  known: ReadSoFar<T>,
  by: Reader,
  how: { begin: () => T; read: (told: T, message: TicketMessage, by: Reader) => void },
): T {
  const { messages, entry } = by.ticket;
  const earlier = known.get(messages);
  const fits = earlier?.policy === by.policy && earlier.ticket.entry === entry;
  const soFar = earlier !== undefined && fits ? earlier : { ...by, told: how.begin(), read: 0 };
  for (; soFar.read < messages.length; soFar.read += 1) {
    const message = messages[soFar.read];
    if (message !== undefined) how.read(soFar.told, message, by);
  }
  known.set(messages, soFar);
  return soFar.told;
}
