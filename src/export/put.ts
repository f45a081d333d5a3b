/** What is put into an export for one ticket, whatever the layout. */
import type { TicketEntry } from '../desk/ticket/ticket.js';
import type { ListedEntry, ListedTicket } from '../mbox/list.js';
import type { LyingTicket } from './what.js';

export interface Putting {
  readonly ticket: LyingTicket;
  /** Whether a message lies with another ticket now: then it is taken out of this one. */
  readonly isElsewhere: (identity: string) => boolean;
}

export interface Put {
  readonly added: number;
  /** Messages that lie with another ticket by now. */
  readonly removed: number;
  /** The ticket's state has changed. */
  readonly moved: boolean;
}

export const NOTHING_PUT: Put = { added: 0, removed: 0, moved: false };

export function listedOf(
  { entry, state, splitOff, merged }: LyingTicket,
  messages: readonly string[],
): ListedTicket {
  return {
    ...listedEntry(entry),
    state,
    ...(splitOff ? { splitOff } : {}),
    ...(merged.length === 0
      ? {}
      : {
          merged: merged.map((one) => ({
            ...listedEntry(one.entry),
            into: one.into,
            joinPeople: one.joinPeople,
          })),
        }),
    messages: [...messages],
  };
}

function listedEntry(entry: TicketEntry): ListedEntry {
  const { number, subject, requester, requesterName, requesterFrom, answerable, opened } = entry;
  return {
    ticket: number,
    subject,
    requester,
    requesterName,
    requesterFrom,
    answerable,
    opened: opened.toISOString(),
    root: entry.rootIdentity,
    rootId: entry.rootMessageId,
    ...(entry.follows === undefined ? {} : { follows: entry.follows }),
  };
}
