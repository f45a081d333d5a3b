/**
 * The desk's own small entries, and how they stand in the register as messages.
 *
 * What a program needs is in `X-Imapdesk-…` fields, which the server can search; the text below them is for people.
 * `X-Imapdesk-Version` is the version of this form: a newer worker reads every older one, and refuses what is newer
 * than itself, because it can't know what it would break.
 */
import type { TicketEntry } from '../../desk/ticket/ticket.js';

export const ENTRY_VERSION = 2;

/**
 * The version that an entry of a kind is written with: the lowest that every reader understands rightly. One that knows
 * nothing of `copied` entries would answer old mail, so it must not work beside one.
 */
export function versionOf(record: Pick<RegisterRecord, 'kind'>): number {
  return record.kind === 'copied' ? 2 : 1;
}

/** A message in the archive: its UID there (null where the server did not tell), and its identity. */
export interface MovedMessage {
  readonly uid: number | null;
  readonly identity: string;
}

export interface TicketRecord extends TicketEntry {
  readonly kind: 'ticket';
}

export interface LinkRecord {
  readonly kind: 'link';
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

/** A person who was signed in to the desk's account wrote this message: it was found in the folder of sent mail. */
export interface WrittenRecord {
  readonly kind: 'written';
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

/** How far the folder of sent mail was looked at; only the newest counts. */
export interface SentMarkRecord {
  readonly kind: 'sent';
  readonly uidValidity: string;
  /** Everything below this UID was looked at. */
  readonly uidNext: number;
  readonly at: Date;
}

export interface HintRecord {
  readonly kind: 'hint';
  /** null where it only says how far the archive has been looked at. */
  readonly ticket: number | null;
  readonly uidValidity: string;
  /** Everything in the archive below this UID had been looked at by then. */
  readonly uidNext: number;
  readonly moved: readonly MovedMessage[];
  /** False if it finished another's move, and so may not know of all. */
  readonly complete: boolean;
}

export type StateCommand = 'close' | 'reopen';

export type RequestRecord = {
  readonly kind: 'request';
  readonly id: string;
  readonly ticket: number;
} & (
  | { readonly command: StateCommand }
  /** The message of that identity becomes a ticket of its own. */
  | { readonly command: 'split'; readonly identity: string }
);

/** `from` is a pointer to `into`; live until the messages lie together. */
export interface MergeRecord {
  readonly kind: 'merge';
  readonly from: number;
  readonly into: number;
  readonly joinPeople: boolean;
}

export interface AttemptRecord {
  readonly kind: 'attempt';
  readonly identity: string;
  readonly messageId: string | null;
  readonly why: string;
  /** 1970 in entries of older versions, which do not say it. */
  readonly at: Date;
}

export interface AdoptionRecord {
  readonly kind: 'adoption';
  readonly at: Date;
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly archivedUidValidity: string;
  readonly archivedUidNext: number;
  readonly taken: readonly Taken[];
  /** What was found out later, each time that the inbox had new UIDs and held old mail; in order of UID. */
  readonly copies?: readonly CopiedRecord[];
}

/** A message that is pending although older mail is not; one that is `quiet` is filed without any answer or notice. */
export interface Taken {
  readonly uid: number;
  readonly identity: string;
  readonly quiet: boolean;
}

/**
 * The inbox has new UIDs, and arrival dates that hide what is old (it was copied without them). Says what is pending of
 * all that lies below `uidNext`.
 */
export interface CopiedRecord {
  readonly kind: 'copied';
  readonly at: Date;
  readonly uidValidity: string;
  readonly uidNext: number;
  /** What somebody said about the old mail; null if nobody had to be asked. */
  readonly choice: 'recent' | 'all' | 'none' | null;
  /** The cause of the summary about what is filed quietly. */
  readonly cause: string;
  readonly taken: readonly Taken[];
}

/** Staff were told that many tickets had gone at once; live until they are back or closed. */
export interface AbsenceRecord {
  readonly kind: 'absence';
  readonly count: number;
}

/** A worker is at work on the desk; see the worker's `claim.ts`. */
export interface ClaimRecord {
  readonly kind: 'claim';
  /** Unique for each worker. */
  readonly worker: string;
  /** For people. */
  readonly host: string;
  /** Where `pid` means something: the same for programs that see each other's process numbers. */
  readonly place: string;
  readonly pid: number;
  /** When that process started, as its system tells it. */
  readonly started: string;
  readonly command: string;
  readonly since: Date;
  /** When this was written, by the worker's clock. */
  readonly at: Date;
  /** The UID of the claim that this one renews, and of the first of a row; null for a new one. */
  readonly first: number | null;
}

/** Letters that the mail server has taken, where their copies in the outbox could not be marked so. */
export interface TakenRecord {
  readonly kind: 'taken';
  readonly messageIds: readonly string[];
}

export type RegisterRecord =
  | TicketRecord
  | LinkRecord
  | HintRecord
  | RequestRecord
  | MergeRecord
  | AttemptRecord
  | AdoptionRecord
  | CopiedRecord
  | AbsenceRecord
  | ClaimRecord
  | WrittenRecord
  | SentMarkRecord
  | TakenRecord;

/** A record as it lies in the register. */
export type Registered<R extends RegisterRecord = RegisterRecord> = R & {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
};

/**
 * The flag of a ticket entry whose first message was split off another ticket. That message may name the other one in
 * every way, so each pass reads such an entry, archived or not.
 */
export const SPLIT_OFF = '\\Draft';

/** The form in which numbers stand in fields, so that a substring search for 4 does not find 42. */
export function searchableNumber(number: number): string {
  return `<${number}>`;
}
