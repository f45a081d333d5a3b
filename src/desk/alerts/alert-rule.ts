/** One alert of a desk as the pass needs it: what it tells of, when, and how often. */
import type { AlertHours } from '../../hours/alert-hours.js';
import type { RateLimit } from '../policy.js';
import type { DeskEvent, TicketEvent } from './happening.js';

export interface AlertRule {
  /** Unique among all; what is noted of it is noted by this name. */
  readonly name: string;
  readonly hours: AlertHours;
  readonly events: ReadonlySet<TicketEvent | DeskEvent>;
  readonly atMost: RateLimit;
  readonly waitingMs: number;
  readonly include: ReadonlySet<'subject' | 'sender' | 'words'>;
  /** Where it goes by mail of the desk; null for any other way. */
  readonly mail: AlertMail | null;
  /** Whoever is told knows a message by its id: one that may have been taken may be sent again. */
  readonly knowsIds: boolean;
}

export interface AlertMail {
  readonly to: readonly string[];
  /** Short enough for an SMS, with this subject; null for a mail like any other. */
  readonly sms: { readonly subject: string } | null;
}
