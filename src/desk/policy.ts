/**
 * What a desk's configuration means to the code that decides: plain values, secrets resolved, templates loaded.
 */
import type { TimesOfDay } from '../hours/time-of-day.js';
import type { Week } from '../hours/week.js';
import type { PhraseName } from './phrases.js';

export interface StaffMember {
  readonly name: string;
  /** Canonical addresses; the first one gets the notices and stands for the member in signatures. */
  readonly addresses: readonly string[];
  /** What notices to the member hold, where that is not what the desk's do. */
  readonly notices?: ShownInNotices | 'none';
}

/** The message itself with all that it carries, or the first of its words. */
type ShownInNotices = 'whole' | 'excerpt';

interface AddressTemplates {
  /** With `{id}` once, such as `support+{id}@example.com`. */
  readonly ticket: string;
  readonly done: string;
}

export interface RateLimit {
  readonly count: number;
  readonly withinMs: number;
}

/** A phrase of the desk's language, with what it speaks of. */
export interface Phrase {
  readonly name: PhraseName;
  readonly values?: Readonly<Record<string, string | number>>;
}

interface DeskLimits {
  /** Of those that had been sent before the sender wrote again. */
  readonly acknowledgementsPerSender: RateLimit;
  /** The same, and about one subject. */
  readonly acknowledgementsPerTopic: RateLimit;
  /** The same about anything, within minutes. */
  readonly acknowledgementsPerExchange: RateLimit;
  readonly errorReportsPerSender: RateLimit;
  /** Acknowledgements and error reports together, as the next two. */
  readonly answersPerSender: RateLimit;
  readonly answersPerDomain: RateLimit;
  readonly answersPerDesk: RateLimit;
  /** To one staff member. */
  readonly noticesPerMember: RateLimit;
}

/** When staff are told of tickets whose last word is a customer's. */
interface Reminding {
  /** Once somebody has waited for so long within `hours`. */
  readonly afterMs: number;
  readonly hours: Week;
  readonly at: TimesOfDay;
}

/** What becomes of open tickets in which the desk has had the last word for long. */
interface ClosingStale {
  /** After that, the requester is warned. */
  readonly afterMs: number;
  /** After the warning, the ticket is closed. */
  readonly graceMs: number;
  /** Warnings on one day, and closes. */
  readonly atMost: number;
  readonly at: TimesOfDay;
}

export interface DeskPolicy {
  readonly name: string;
  /** The desk's own canonical address. */
  readonly address: string;
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  readonly staff: readonly StaffMember[];
  /** null on a host without plus-addressing: ids and tags match there. */
  readonly addresses: AddressTemplates | null;
  readonly tag: string;
  /** Set where the border's Authentication-Results can be trusted. */
  readonly authservId: string | null;
  /** List-Ids of the lists that feed this desk, lower case. */
  readonly ownLists: readonly string[];
  /** A forwarder feeds the mailbox: only signed addresses give power. */
  readonly forwarded: boolean;
  /** From addresses of contact forms, whose Reply-To is the requester. */
  readonly replyToSenders: readonly string[];
  /** To which alerts of any desk go by mail, but for addresses of staff: as a mail, or to be made an SMS of. */
  readonly alerted: { readonly mail: readonly string[]; readonly sms: readonly string[] };
  /** Fields in which the server marks spam. */
  readonly spamFields: readonly string[];
  readonly confirmClose: 'requester' | 'none';
  /** The requester is told, too, of a ticket that was closed by moving it. */
  readonly confirmDrag: boolean;
  /**
   * How long after its last message a closed ticket is reopened by later mail. Infinite: always. null, where nothing is
   * set: always, but for mail about something else to the ticket's address (`late-mail.ts`).
   */
  readonly reopenWithinMs: number | null;
  /** Whether other staff are told of what one of them answers. */
  readonly staffReplies: 'all' | 'none';
  /** A message of more than `maxBytes` is shown as an excerpt. */
  readonly notices: { readonly show: ShownInNotices; readonly maxBytes: number };
  readonly limits: DeskLimits;
  /** IANA name: where the desk is. */
  readonly timezone: string;
  /** When staff are told how the desk stands; null: never. */
  readonly digest: TimesOfDay | null;
  /** null: nobody is reminded. */
  readonly remind: Reminding | null;
  /** null: no ticket is closed by itself. */
  readonly closeStale: ClosingStale | null;
  /** Acknowledgements carry a link to the ticket, good for so long from the arrival of what they answer; null: they carry none. */
  readonly linkInAcknowledgements: { readonly base: string; readonly seconds: number } | null;
  /** Fills a text of the desk: one of those in `letters/texts.ts`. */
  readonly render: (name: string, variables: Readonly<Record<string, unknown>>) => string;
  /** Words of the desk's language: whatever people outside or staff read comes from here or from a template. */
  readonly phrase: (name: PhraseName, values?: Readonly<Record<string, string | number>>) => string;
}
