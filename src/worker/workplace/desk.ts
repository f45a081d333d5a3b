/**
 * A desk at work: its policy, the ports it works through, and what it was told of how to work. Whoever sees and plans
 * gets a `Desk`, through which nothing can be written; what writes and sends needs a `WorkingDesk`.
 */
import type { Courier } from '../../delivery/courier.js';
import type { AlertRule } from '../../desk/alerts/alert-rule.js';
import type { Letter } from '../../desk/letters/letters.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { Decision } from '../../desk/ticket/decision.js';
import type { MailStore, ReadStore } from '../../mailbox/store.js';
import type { AlertLine } from './alert-line.js';
import type { Claim } from './claim.js';
import type { FactsCache, FiledMessage } from './facts-cache.js';

export interface DeskFolders {
  readonly inbox: string;
  readonly open: string;
  readonly archived: string;
  readonly review: string;
  readonly outbox: string;
  readonly register: string;
}

/** What is taken of the mail that was there before the desk. */
export type AdoptChoice = 'all' | 'recent' | 'none';

interface DeskLog {
  /** With addresses and subjects. */
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Desk {
  readonly policy: DeskPolicy;
  readonly folders: DeskFolders;
  readonly store: ReadStore;
  /** The folder of sent mail; null for the one that the server names, false for none. */
  readonly sent: string | false | null;
  /** Outgoing mail stays in the outbox. */
  readonly hold: boolean;
  readonly adopt: { readonly withinMs: number; readonly atMost: number; readonly choice: AdoptChoice | null };
  /** Who is told at once of what happens. */
  readonly alerts?: readonly AlertRule[];
  readonly now: () => Date;
  readonly log: DeskLog;
  readonly cache: FactsCache;
  /** Told what was seen, so that it knows whether somebody wrote since. */
  readonly claim: Pick<Claim, 'see'>;
  /** Aborted when the worker is told to stop: the message in hand is finished, nothing new is begun. */
  readonly signal: AbortSignal;
  /** Hears how far long work has come. Nothing follows from it. */
  readonly progress?: ((step: Step) => void) | undefined;
}

/** A message that was decided on, and what that causes. */
export interface Told {
  readonly pending: FiledMessage;
  readonly decision: Decision;
  readonly letters: readonly Letter[];
}

/** How far long work has come, such as filing: `done` of `total` messages. */
export interface Step {
  readonly work: string;
  readonly done: number;
  readonly total: number;
}

export type Kind = Decision['kind'];

export interface WorkingDesk extends Desk {
  readonly store: MailStore;
  readonly courier: Courier;
  /** By which alerts are told that do not go by mail; without it these wait. */
  readonly alertLine?: AlertLine;
  readonly claim: Claim;
  /** Envelope sender of what the desk sends: its address, the null sender, or a signed address for each ticket. */
  readonly envelopeFrom: 'desk' | 'null' | 'signed';
  /** A new unique name for a register entry. */
  readonly newId: () => string;
  /** Hears of each message as soon as it is filed: a long pass files many, and keeps none of them in mind. */
  readonly heard?: ((told: Told) => void) | undefined;
}
