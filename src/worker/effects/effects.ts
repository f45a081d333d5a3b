/**
 * What a plan comes to, as data. `carry-out.ts` is the only place that writes, and it takes the steps in this order, so
 * that a worker may die between any two commands of it, and what it leaves says by itself how it goes on. Folders that are
 * lacking are created, and what a command hands in is put into the inbox, or into the archive, before the first:
 *
 * 1. Entries are appended to the register: tickets first, whose numbers are looked at again unless their UIDs show that
 *    nobody else has written. Where another worker was quicker, nothing else is done.
 * 2. Letters are put into the outbox, held (`\Flagged`); what is there already is not put there again. Letters that no
 *    later pass would miss come before the entries (`lettersFirst`), and are taken back if the numbers were lost.
 * 3. Letters that an earlier pass has left held are released, and what is not true any more is removed. One STORE for each
 *    set of flags says how tickets shall stand, and what else of flags is to be changed follows.
 * 4. Messages move, in one command from folder to folder, or are copied; hints say where in the archive they went, and
 *    links get the flags of their tickets. Where a ticket could not move as a whole, this and step 7 are done for the others,
 *    and no more.
 * 5. Entries that are done with are marked so.
 * 6. Letters whose cause has moved are released, those whose cause was gone are taken back.
 * 7. The mark "under way" goes, after a look that the ticket still stands as it was set.
 *
 * The state of a ticket is in two flags of its register entry: `\Answered` says archived, `\Flagged` says that a
 * transition is under way. While `\Flagged` stands, the messages follow the entry: whoever sees it finishes the move
 * (`plan/finish.ts`). Without it, the entry follows the messages, because then a person has moved them
 * (`plan/follow.ts`); an open ticket of which nothing lies in Open or is pending counts as archived. A new ticket's entry
 * is born with `\Flagged` and loses it once its first message lies in Open.
 *
 * Mail that is still held when its cause is no longer pending is released if the cause lies in a folder of its
 * ticket, and dropped if it does not, or if the same mail was sent before: the last command of a dead worker may reach
 * the server after its successor's (`send/settle.ts`). Only the holder of the lock sets flags on entries. What of this
 * holds, and without the lock, `test/model` tries with every death and many orders.
 */
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import type { TicketEntry, TicketState } from '../../desk/ticket/ticket.js';
import type { HintRecord, MovedMessage, RegisterRecord } from '../../mailbox/register/entry.js';
import type { Flag, NewMessage } from '../../mailbox/store.js';

/** Hints are split, so that none has more fields than a header block is read for. */
export const MAX_MOVED_IN_A_HINT = 200;

export interface InFolder {
  readonly folder: string;
  readonly uids: readonly number[];
}

export interface NewTicket extends TicketEntry {
  /** Its first message was in another ticket until now. */
  readonly splitOff?: boolean;
  /** Its first message lies in a ticket folder already: nothing else brings it there. */
  readonly placed?: boolean;
}

export interface NewEntry {
  readonly record: RegisterRecord;
  /** With `\Answered` it is done from the beginning. */
  readonly flags?: readonly Flag[];
}

/**
 * When letters are released: once their cause has `moved`; as soon as all is `done`; `later`, by whoever settles them;
 * `unheld` were never held, since nothing has to happen before they may go.
 */
export type Release = 'moved' | 'done' | 'later' | 'unheld';

export interface Letters {
  readonly composed: readonly ComposedLetter[];
  readonly release: Release;
}

export interface StateChange {
  readonly number: number;
  readonly to: TicketState;
}

export interface FlagChange extends InFolder {
  readonly change:
    | { readonly add: readonly Flag[] }
    | { readonly remove: readonly Flag[] }
    | { readonly set: readonly Flag[] };
}

export interface MovingMessage {
  readonly uid: number;
  /** Of the message; of a letter the cause that others have by it. */
  readonly identity: string;
  /** Into whose hint it goes, if it goes to the archive. */
  readonly ticket: number | null;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly messages: readonly MovingMessage[];
  /** All of them must go: what is still there afterwards keeps its ticket under way, and ends the pass. */
  readonly whole?: boolean;
}

/** Says where messages of a ticket are in the archive: those that lie there, and those that these effects move there. */
export interface NewHint extends Omit<HintRecord, 'kind' | 'moved'> {
  readonly there: readonly MovedMessage[];
  /** Only if anything has moved there. */
  readonly ifMoved?: boolean;
}

export interface Done {
  readonly uid: number;
  /** Only if the message with this identity has moved. */
  readonly identity?: string;
}

export interface Effects {
  /** Folders that are created where there are none. */
  readonly folders?: readonly { readonly name: string; readonly subscribe: boolean }[];
  /** Mail that a command writes for its user: it goes into the inbox like any other. */
  readonly handedIn?: readonly Buffer[];
  /** Mail from elsewhere, for the archive: there it is no ticket's until entries say whose it is (`import`). */
  readonly brought?: readonly NewMessage[];
  readonly tickets?: readonly NewTicket[];
  readonly entries?: readonly NewEntry[];
  readonly letters?: Letters;
  readonly lettersFirst?: boolean;
  /** UIDs of letters that an earlier pass has left held. */
  readonly released?: readonly number[];
  readonly removed?: readonly InFolder[];
  readonly states?: readonly StateChange[];
  readonly flags?: readonly FlagChange[];
  readonly moves?: readonly Move[];
  readonly copies?: readonly {
    readonly from: string;
    readonly uids: readonly number[];
    readonly to: string;
  }[];
  readonly hints?: readonly NewHint[];
  /** Tickets whose links get the flags of their entry, besides those whose state changes. */
  readonly links?: readonly StateChange[];
  /** UIDs of entries of tickets that were merged: they have no state of their own. */
  readonly merged?: readonly number[];
  readonly done?: readonly Done[];
  /** Tickets that are under way no more, besides those whose state changes. */
  readonly settled?: readonly number[];
  /** What was seen is no longer true once this is carried out, even if nothing was moved. */
  readonly stale?: boolean;
}

/** A message that was there and has moved; its `uid` is the new one, null where the server does not tell. */
export interface Moved extends Omit<MovingMessage, 'uid'> {
  readonly uid: number | null;
  readonly folder: string;
  /** It went with its ticket; else it is what the effects were for, or its letter. */
  readonly whole: boolean;
}

/** What brings messages of tickets together, and causes no letter. */
export type Merging = Pick<Effects, 'moves' | 'hints' | 'links' | 'done' | 'merged' | 'stale'>;

/** The same entries, done with. */
export function doneWith(entries: readonly { readonly uid: number }[]): readonly Done[] {
  return entries.map(({ uid }) => ({ uid }));
}

/** Several plans for merged tickets as one, so that each kind of write is one batch. */
export function together(plans: readonly Merging[]): Effects {
  return {
    moves: plans.flatMap(({ moves = [] }) => moves),
    hints: plans.flatMap(({ hints = [] }) => hints),
    links: plans.flatMap(({ links = [] }) => links),
    done: plans.flatMap(({ done = [] }) => done),
    merged: plans.flatMap(({ merged = [] }) => merged),
    stale: plans.some(({ stale = false }) => stale),
  };
}
