/** Ticket numbers as people type them. */
import { EXIT, Problem } from '../problem/problem.js';

/** The number in `42` or `#42`; null for anything else. */
export function readTicketNumber(text: string): number | null {
  const digits = /^#?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function noSuchTicket(number: number, desk: string): Problem {
  return new Problem(
    'no-such-ticket',
    `${desk} has no ticket ${number}; "imapdesk list --state all" shows those that there are`,
    { exitCode: EXIT.usage },
  );
}
