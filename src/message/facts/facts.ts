/**
 * What the desk knows of a message without its body: read once from the header block, the size and the arrival
 * date, in bounded work, and never changed after. Everything that decides works on facts alone.
 */

import type { Classification } from '../automatic/classification.js';
import type { Forwarding } from '../automatic/route.js';
import type { Authentication } from '../header/authentication-results.js';
import type { FromField } from '../header/from-field.js';
import type { Mailbox } from '../header/mailbox.js';
import type { ThreadIndex } from '../header/thread-index.js';

export interface Reaction {
  /** One emoji (UTS #51); null where the program shows only a picture. */
  readonly emoji: string | null;
}

/** Only `address` gives power; `answerTo` says whom an answer reaches. */
interface Sender extends FromField {
  /** Cleaned for showing to people: the From field as far as it can be read. Never used to decide. */
  readonly shown: string;
}

interface Hops {
  /** How many Received fields it has. */
  readonly received: number;
  /** The addresses of its Delivered-To fields, the last delivery first, with repeats; bounded. */
  readonly deliveredTo: readonly string[];
  /** What passed it on, as far as something shows it. */
  readonly forwarding?: Forwarding;
}

/** What changes where a message is taken for somebody else's than its From says. */
type AsWritten = Pick<Facts, 'sender' | 'authentication' | 'suppressAnswer' | 'suppressBecause'>;

export interface Facts extends Classification {
  /** SHA-256 (hex) of the header block, a colon, and the size. */
  readonly identity: string;
  /** Without angle brackets; null if there is none or none that can be used. */
  readonly messageId: string | null;
  /** Decoded, without control characters, line breaks and direction overrides; bounded. */
  readonly subject: string;
  readonly sender: Sender;
  /** Canonical addresses of all recipient fields that may name the desk (To, Cc, Resent-*, Delivered-To …); bounded. */
  readonly recipients: readonly string[];
  /** To and Cc with names; bounded. */
  readonly toAndCc: readonly Mailbox[];
  /** Ids of References (the first and the newest), then In-Reply-To, without brackets; bounded. */
  readonly references: readonly string[];
  /** Missing where there is no Thread-Index, or none that can be read. */
  readonly threadIndex?: ThreadIndex;
  readonly receivedAt: Date;
  readonly size: number;
  /** The size less the header block: two deliveries of one mail agree in it, whatever trace fields they got. */
  readonly bodySize: number;
  /** The body may show that it is a reaction; see `reaction.ts`. */
  readonly mayBeReaction: boolean;
  /** Of mail whose body was read, and that is one. */
  readonly reaction: Reaction | null;
  /** The one address of exactly one well-formed Resent-From field: who says that they have redirected it. */
  readonly resentFrom: string | null;
  /** Of mail whose attached message was read (`forwarded.ts`): whose it is; null for all other mail. */
  readonly forwarded: { readonly from: Mailbox; readonly messageId: string | null } | null;
  /** Of a bounce whose body was read: the ids of the message that came back, and those which it named; bounded. */
  readonly returnedIds: readonly string[];
  /** Of a bounce whose body was read, and from X-Failed-Recipients: whom the mail did not reach, lower case; bounded. */
  readonly failedRecipients: readonly string[];
  /** Why the server holds it for spam, one sentence for each mark; empty if it does not. */
  readonly spam: readonly string[];
  /** The values of List-Id, without brackets and in lower case (RFC 2919); bounded. */
  readonly listIds: readonly string[];
  /** Of a list it has a link to unsubscribe and nothing else, as services write it that send for programs. */
  readonly onlyUnsubscribes?: true;
  /** It names a mail client that people use, in a field that scripts do not write. */
  readonly byPeoplesClient?: true;
  /** The mailboxes of Reply-To; bounded. */
  readonly replyTo: readonly Mailbox[];
  /** The mailboxes of X-Original-From, in which Google Groups keep the author; bounded. */
  readonly originalFrom: readonly Mailbox[];
  /** The way it came. */
  readonly hops: Hops;
  readonly authentication: Authentication;
  /** Proven by the folder of sent mail: a person who was signed in to the desk's account wrote it. Never read from it. */
  readonly fromAccount?: boolean;
  /** What From alone says, where the desk takes the message for somebody else's (`as-seen.ts`). Never read from it. */
  readonly asWritten?: AsWritten;
  /** The value of our own signed field, if the message claims one; to be verified by the desk. */
  readonly origin: string | null;
  /** A program like this one wrote it, ours or another: it bears fields that only such programs write. */
  readonly deskFields: boolean;
  /**
   * What an origin field signs: the values of Message-ID, From, To, Date and Subject, unfolded and still encoded,
   * white space collapsed, a line each. Several fields of one name are joined, so an added one breaks the signature.
   */
  readonly originSubject: string;
}
