/**
 * What the desk knows of each kind of letter: a row of the tables in `to-people.ts` and `to-staff.ts`. A row says
 * everything that differs from one purpose to another, so that nobody else has to ask what a letter is for.
 */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import type { Decision } from '../ticket/decision.js';
import type { Ticket } from '../ticket/ticket.js';
import type { Reading } from './reading.js';
import type { Text } from './text.js';

/** The message or request that a letter is written for: its name, and what an answer to it says of it. */
export type Cause = Pick<Facts, 'identity' | 'messageId' | 'references' | 'subject'>;

/** What every letter is about. */
export interface Matter {
  readonly facts: Cause;
  /** As the decisions so far leave it; null where the message belongs to none. */
  readonly ticket: Ticket | null;
}

/** A message that was decided on. */
export interface Occasion extends Matter {
  readonly decision: Decision;
  readonly facts: Facts;
}

/** What is said of letters of all purposes. */
export interface Addressed {
  /** null for what is only filed, never sent. */
  readonly to: string | null;
  /** To whom it goes, where that is staff; of a relay, who wrote it. */
  readonly member?: StaffMember;
  /** What it is about, where that is a ticket which was merged: its people know no other. */
  readonly part?: Ticket;
}

export interface Draft<D extends Addressed = Addressed, O extends Matter = Matter> {
  readonly policy: DeskPolicy;
  readonly occasion: O;
  readonly letter: D;
  /** Of the ticket that it is about; 0 where it is about none. */
  readonly number: number;
}

/** What has become of a ticket: told first, and in the subject. */
export interface Change {
  /** A sentence, with who did it. */
  readonly words: string;
  /** A word. */
  readonly mark: string;
}

export interface Folders {
  readonly review: string;
  readonly open: string;
  readonly archived: string;
}

/** `D` is what a letter of this purpose says of itself, `O` what it is written from. */
export interface Row<P extends string = string, D extends Addressed = Addressed, O extends Matter = Matter> {
  /** In words, as `docs/register.md` tells it. */
  readonly goesTo: string;
  /** Goes to staff, and begins a thread; any other letter answers somebody's mail, "Re:" and all. */
  readonly toStaff?: true;
  /** Is about a ticket. Any other must not be taken for mail about one. */
  readonly ofTicket?: true;
  /** Moves into its ticket's folder once it is sent; any other stays in the outbox as the limits' memory. */
  readonly kept?: true;
  /**
   * People's words, or what answers them: where the mail server refuses it for good, staff are told. A refused
   * acknowledgement is only logged and lies in Review, since forged senders would make a storm of it; of refused mail to
   * staff, staff could not be told either.
   */
  readonly refusalTold?: true;
  /** News of other mail: where it is refused, nobody is told, and it is given up for no single refusal. */
  readonly news?: true;
  /** Not sent again where a worker has died while it was being sent: it is taken for sent. */
  readonly atMostOnce?: true;
  /** By which limit it counts, once it is sent. An acknowledgement counts by its ticket's entry. */
  readonly countsAs?: 'error-report' | 'notice' | 'not-relayed' | 'digest';
  /** What `reply` and `new` are for: they say whether it was sent. */
  readonly awaited?: true;
  /** Names as its cause the message that opened the ticket: by it a repair knows that message. */
  readonly opens?: true;
  /** What it needs of its cause's body: the first words, or the whole message, which it then passes on. */
  readonly reads?: 'words' | 'whole';
  /** null where its words come from elsewhere. */
  readonly text: Text | null;
  /** What the names in the text stand for; without it the common ones (`common-words.ts`). */
  words?(draft: Draft<D, O>, from: { folders: Folders; reading: Reading }): Readonly<Record<string, unknown>>;
  /** Where it is about no ticket; without it "Re:" and the subject of its cause. */
  subject?(draft: Draft<D, O>): string;
  /** That its cause closed or reopened the ticket; null where it did neither. */
  change?(draft: Draft<D, O>): Change | null;
  /** Who writes, where that is not simply the desk. */
  sender?(draft: Draft<D, O>): string;
  /** What it answers, where that is not its cause. */
  answered?(draft: Draft<D, O>): Pick<Cause, 'messageId' | 'references'>;
  /** Ids that it names besides the ticket's own. */
  threadIds?(draft: Draft<D, O>): readonly string[];
  /** Its ids say that it is an alert. */
  readonly isAlert?: true;
  /** What its Message-ID is derived from, where that is not its cause. */
  standsFor?(letter: D): string;
  /** Of a decided message. What is caused elsewhere has none. */
  caused?(policy: DeskPolicy, occasion: Occasion): readonly ({ readonly purpose: P } & D)[];
}
