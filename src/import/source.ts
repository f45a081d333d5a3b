/** What is to be imported, before anything of it is known to the desk: where each message lies, and what is said of its ticket. */

import { MAX_IMPORTED_NUMBER } from '../desk/sign/ticket-address.js';
import type { TicketState } from '../desk/ticket/ticket.js';
import type { ListedTicket } from '../mbox/list.js';
import type { Dialect } from '../mbox/quoting.js';
import type { Mailbox } from '../message/header/mailbox.js';
import { EXIT, Problem } from '../problem/problem.js';

/** Where a message lies in a file, and when it came. */
export interface SourceMessage {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** null where it lies as it is. */
  readonly dialect: Dialect | null;
  /** By the line before it, or by the file; null where neither tells. */
  readonly at: Date | null;
  /** `\Seen`, `\Answered` and `\Flagged`, as far as they are told. */
  readonly flags: readonly string[];
  /** Where no file holds it as a mail: makes it of what `path` and others hold, with the same bytes each time. */
  readonly compose?: () => Promise<Buffer>;
}

/** Messages that are one ticket; in a file of mail, whatever lies in it, to be parted by threads. */
export interface SourceGroup {
  /** null for mail that is to be parted. */
  readonly ticket: number | null;
  readonly state: TicketState;
  readonly listed: ListedTicket | null;
  /** Whose it is where it comes from, as it was written there; nothing where only its mail says so. */
  readonly requesters?: readonly Mailbox[];
  readonly messages: readonly SourceMessage[];
}

export interface Source {
  readonly groups: readonly SourceGroup[];
  /** The highest number that was given where it comes from. */
  readonly highest: number;
  /** Address of the desk that exported it; nothing where it does not say one. */
  readonly desk?: string;
  /** What people should know of it, as sentences; nothing if left out. */
  readonly notes?: readonly string[];
}

/** Nobody has more mail of one desk than this: what says so is no mail. */
const MAX_MESSAGES = 2_000_000;
/** A message must lie in memory to be stored. */
export const MAX_MESSAGE_BYTES = 160_000_000;

/** Counts what is found, and ends where it is too much. */
export class Counter {
  #messages = 0;

  note({ path, start, end }: SourceMessage): void {
    this.#messages += 1;
    if (this.#messages > MAX_MESSAGES)
      throw unreadable(path, start, `there are more than ${MAX_MESSAGES} messages`);
    if (end - start > MAX_MESSAGE_BYTES)
      throw unreadable(
        path,
        start,
        `the message that begins there has ${end - start} bytes, and no more than ${MAX_MESSAGE_BYTES} can be imported. If it should be several, say with --mbox how the file is quoted`,
      );
  }
}

/** A number that is given nowhere after it would leave none for the tickets to come. `where` names the file. */
export function demandImportable(where: string, numbers: readonly number[]): void {
  const beyond = numbers.find((number) => number > MAX_IMPORTED_NUMBER);
  if (beyond === undefined) return;
  throw new Problem(
    'import-number',
    `${where}: the number ${beyond} is too high, since the desk's next ticket would get one more: no more than ${MAX_IMPORTED_NUMBER} can be imported. Nothing was imported; give it another number there`,
    { exitCode: EXIT.usage },
  );
}

export function unreadable(path: string, offset: number, why: string): Problem {
  return new Problem('import-unreadable', `${path}, at byte ${offset}: ${why}`, { exitCode: EXIT.usage });
}
