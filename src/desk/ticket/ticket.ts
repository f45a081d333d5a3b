/** A ticket as the mailbox shows it: its register entry, and what is known of its messages. */
import type { Facts } from '../../message/facts/facts.js';

export type TicketState = 'open' | 'archived';

/** Where the requester of a ticket was taken from: see `on-behalf.ts`. */
export type RequesterFrom = 'sender' | 'redirected' | 'forwarded' | 'subject' | 'recipient' | 'reply-to';

export interface Requester {
  readonly address: string | null;
  readonly name: string;
  readonly from: RequesterFrom;
}

/** Whose matter a mail is that says nothing else: whom its acknowledgement reaches. */
export function senderOf({ sender }: Facts): Requester {
  return { address: sender.answerTo, name: sender.name, from: 'sender' };
}

export interface TicketEntry {
  readonly number: number;
  readonly rootIdentity: string;
  readonly rootMessageId: string | null;
  /** Canonical address; null where the opening mail names nobody who could be answered. */
  readonly requester: string | null;
  readonly requesterName: string;
  readonly requesterFrom: RequesterFrom;
  readonly subject: string;
  /** Whether the opening mail may be answered. */
  readonly answerable: boolean;
  readonly opened: Date;
  /** The closed ticket whose matter this one takes up again. */
  readonly follows?: number | undefined;
  /** When it came from elsewhere (`import`). What was said before that alarms and reminds nobody. */
  readonly imported?: Date | undefined;
}

/** Whether a word in a ticket came to this desk as mail, and not with an import. */
export function cameHere({ imported }: TicketEntry, at: Date): boolean {
  return imported === undefined || at >= imported;
}

/** How an entry lies in the register. */
export interface Stored {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
}

export type StoredTicket = TicketEntry & Stored;

/** The register says so of one message: to which ticket it belongs, or that it was written in the desk's account. */
export interface MemberEntry {
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

export interface TicketMessage {
  readonly facts: Facts;
  readonly folder: TicketState;
  /** null for a message that this pass is about to file. */
  readonly uid: number | null;
  /** The number by which it belongs to the ticket, where others were merged into that. */
  readonly via?: number;
}

/** A ticket that was merged into another one. */
interface MergedTicket {
  readonly entry: TicketEntry;
  /** Into which one at once. */
  readonly into: number;
  /** Its people joined that one's. */
  readonly joinPeople: boolean;
}

export interface Ticket {
  readonly entry: TicketEntry;
  readonly state: TicketState;
  /** A transition is under way. */
  readonly underWay: boolean;
  /**
   * In order of arrival. Of an archived ticket only those that were looked up. The ledger adds to it what a pass files;
   * nothing else ever changes it.
   */
  readonly messages: readonly TicketMessage[];
  /** What was merged into it, at once or through others; nothing where it is missing. */
  readonly merged?: readonly MergedTicket[];
}

export function stateOf({ flags }: Stored): TicketState {
  return flags.has('\\Answered') ? 'archived' : 'open';
}

export function isUnderWay({ flags }: Stored): boolean {
  return flags.has('\\Flagged');
}
