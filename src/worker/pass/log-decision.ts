/** One line for each decision, with its reasons. Addresses and subjects only at debug. */
import type { Decided } from '../plan/decide-batch.js';
import type { Desk } from '../workplace/desk.js';

export function reportDecision(desk: Desk, { decision, pending }: Decided): void {
  const { uid, facts } = pending;
  const { kind, ticket, match, reasons } = decision;
  const fields = { uid, messageId: facts.messageId, kind, ticket, match, reasons };
  desk.log.info(fields, ticket === null ? kind : `${kind}: ticket ${ticket}`);
  // To tell staff by mail would only make the next bounce.
  if (kind === 'bounce' && decision.role?.kind === 'staff')
    desk.log.warn({ uid, ticket }, 'mail of ours to staff came back: somebody is not told of tickets');
  desk.log.debug({ uid, from: facts.sender.shown, subject: facts.subject }, 'what was decided on');
}
