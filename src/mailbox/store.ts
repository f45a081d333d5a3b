/**
 * The port through which everything above it works on a mailbox. One store is one signed-in connection.
 *
 * Rules that every implementation keeps:
 * - A folder is named as the configuration names it, with `/` between levels; the store translates.
 * - Every answer is fresh: it shows whatever any session had acknowledged before the call was made. One that remembers
 *   (`remembering.ts`) may answer as of the last `statuses`, until it changes something itself.
 *   Of a message that this session was shown before, `fetchSource` and `fetchPart` may still give what another has just
 *   taken away.
 * - An empty list of messages is nothing to do, and no error.
 * - Nothing is ever marked `\Seen` by reading.
 * - A message with `\Deleted` is nowhere: `search` and `fetch` leave it out.
 * - What cannot be read is not gone: `fetch` throws where the server reads nothing of a folder, and leaves out single
 *   messages that it cannot read, which `search` still finds. An OK that was not carried out is a Problem.
 * - A method that throws a Problem with `temporary` may or may not have had its effect: look before repeating.
 */
import type { MessagePart } from '../message/body/structure.js';

export type Flag = '\\Seen' | '\\Answered' | '\\Flagged' | '\\Deleted' | '\\Draft' | (string & {});

export interface FolderState {
  /** Decimal digits; a folder whose value changed has new UIDs for everything. */
  readonly uidValidity: string;
  readonly uidNext: number;
}

export interface FolderStatus extends FolderState {
  /** How many lie in it, those with `\\Deleted` too. */
  readonly messages: number;
  /**
   * HIGHESTMODSEQ (RFC 7162), decimal digits: it rises with whatever is appended, expunged or flagged in the folder. null
   * where the server keeps none; then a change of flags alone does not show in a status.
   */
  readonly modseq: string | null;
}

export interface StoredMessage {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
  /** RFC822.SIZE, in bytes. */
  readonly size: number;
  /** INTERNALDATE. */
  readonly receivedAt: Date;
  /** The header block as stored, up to and with the empty line. */
  readonly header: Buffer;
  /** Only where `fetch` was asked for it. */
  readonly structure: MessagePart | null;
}

/** What to search for; an empty `or` matches nothing, an empty `and` everything. */
export interface HeaderQuery {
  readonly header: string;
  readonly contains: string;
}

export type Query =
  | { readonly uids: readonly number[] }
  | { readonly uidFrom: number }
  | { readonly uidTo: number }
  /** Anywhere in header or body, as the server searches: a server may refuse other letters than ASCII. */
  | { readonly text: string }
  | { readonly flag: Flag; readonly set: boolean }
  | HeaderQuery
  /** Also what has no such field. */
  | { readonly not: HeaderQuery }
  | { readonly size: number }
  /** INTERNALDATE on this day or later. */
  | { readonly since: Date }
  /** INTERNALDATE before this day. */
  | { readonly before: Date }
  | { readonly or: readonly Query[] }
  | { readonly and: readonly Query[] };

/** The folders of an account that mail clients use, by the configured names; null for one that is not there. */
export interface SpecialFolders {
  readonly sent: string | null;
  readonly trash: string | null;
  readonly junk: string | null;
}

/** A message to be stored. It must carry a Message-ID (a server without UIDPLUS is asked for it), unless `wantsUid` is false. */
export interface NewMessage {
  /** Read once, when its turn comes: a getter may put the message together then, so that not all lie in memory at once (`append-batches.ts`). */
  readonly raw: Buffer;
  readonly flags: readonly Flag[];
  /** INTERNALDATE; the time at which it is stored, if left out. Some servers take none that is to come. */
  readonly receivedAt?: Date | undefined;
  /** false for people's mail, whose Message-ID may be missing, or none that a server finds: nobody uses the answer. */
  readonly wantsUid?: false | undefined;
}

/** The half that only looks: who is given no more changes nothing. */
export interface ReadStore {
  /** From now on reads are asked for side by side (`together.ts`), until the answer is called. */
  readsTogether(): () => void;
  /** Every selectable folder, by the name that the configuration would use. */
  folders(): Promise<readonly string[]>;
  /** As the server tells them (RFC 6154), or by their usual names where it does not; asked for anew once `folders` shows a change. */
  specialFolders(): Promise<SpecialFolders>;
  state(folder: string): Promise<FolderState>;
  /**
   * Many folders as they stand, in one command where the server can; one that is not there is left out. Right after a wait for mail
   * in one of them, what came to it as the wait ended may show in the next answer only; another wait tells of mail at once.
   */
  statuses(folders: readonly string[]): Promise<ReadonlyMap<string, FolderStatus>>;
  /** UIDs, ascending. */
  search(folder: string, query: Query): Promise<readonly number[]>;
  /** How many messages `search` would find: in one number where the server can say it so. */
  count(folder: string, query: Query): Promise<number>;
  /** In order of UID; UIDs that are gone are left out. Works in batches, never a command for each message. */
  fetch(
    folder: string,
    uids: readonly number[],
    options?: { readonly structure?: boolean },
  ): Promise<readonly StoredMessage[]>;
  /**
   * The flags of messages from this UID on that were stored or changed after a mod-sequence which `statuses` has told; those
   * with `\\Deleted` are among them. Only for a folder that keeps mod-sequences.
   */
  flagsSince(
    folder: string,
    uidFrom: number,
    modseq: string,
  ): Promise<ReadonlyMap<number, ReadonlySet<string>>>;
  /** Flags alone, by UID; UIDs that are gone are left out. */
  flags(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<string>>>;
  /**
   * The first `maxBytes` of one body part (still transfer-encoded) of many messages, one command a batch; or as many from
   * the byte `from` on.
   * `path` is the IMAP part number ("1", "1.2"); for a message that is not multipart that is "1"; "TEXT" is all that follows the header block.
   */
  fetchPart(
    folder: string,
    uids: readonly number[],
    options: { readonly path: string; readonly maxBytes: number; readonly from?: number },
  ): Promise<ReadonlyMap<number, Buffer>>;
  /**
   * Whole messages, byte for byte; UIDs that are gone are left out, and one that cannot be read fails the call.
   * All of them lie in memory at once: the caller bounds how many bytes it asks for.
   */
  fetchSource(folder: string, uids: readonly number[]): Promise<ReadonlyMap<number, Buffer>>;
}

export interface MailStore extends ReadStore {
  /** Creates a folder where none is; one that exists is at most subscribed to. */
  createFolder(folder: string, options: { readonly subscribe: boolean }): Promise<void>;
  /**
   * Appends in the order given, and answers the new UIDs in that order: as the server tells them, or as a search has found
   * them; fewer only where some are not wanted. Many go in one command where the server takes that. Where one fails, those before it stay, except those that
   * were to go with it: look before repeating.
   */
  append(folder: string, messages: readonly NewMessage[]): Promise<readonly number[]>;
  /** `set` replaces all flags in one command; adding or removing on a missing UID is not an error. */
  setFlags(
    folder: string,
    uids: readonly number[],
    change:
      | { readonly set: readonly Flag[] }
      | { readonly add: readonly Flag[] }
      | { readonly remove: readonly Flag[] },
  ): Promise<void>;
  /**
   * Moves in batches. Answers the UIDs that were there and have moved, each with its new UID
   * (null where the server does not tell it). A UID that is not in the answer was gone.
   * Flags go with the messages.
   */
  move(folder: string, uids: readonly number[], to: string): Promise<ReadonlyMap<number, number | null>>;
  /** Copies messages with their flags; those that are gone are left out. Done twice, it makes two copies. */
  copy(folder: string, uids: readonly number[], to: string): Promise<void>;
  /** Removes messages of the desk's own for good. Never touches what another session has marked `\Deleted`. */
  remove(folder: string, uids: readonly number[]): Promise<void>;
}
