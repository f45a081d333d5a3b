/** The port by which a message of an alert leaves: one way to one receiver. */
import type { AlertMessage } from '../desk/alerts/alert-message.js';
import type { Outcome } from '../desk/alerts/outcome.js';

export interface Teller {
  /** Answers within a time limit of its own, whatever happens, and never throws for what is elsewhere. */
  tell(message: AlertMessage, signal: AbortSignal): Promise<Outcome>;
}
