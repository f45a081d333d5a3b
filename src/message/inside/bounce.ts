/**
 * The second look at mail that looks like a bounce: when to take it, and what it changes. The header decides alone
 * wherever it can; the body is read for what only it knows: failed, late or arrived, and which message it was.
 */
import type { Automatic } from '../automatic/classification.js';
import type { Facts } from '../facts/facts.js';
import type { BounceBody, DeliveryOutcome } from './bounce-body.js';

const OUTCOMES: Readonly<Record<DeliveryOutcome, Automatic>> = {
  failed: { kind: 'bounce', because: ['Its text says that mail could not be delivered.'] },
  delayed: { kind: 'delivery-notice', because: ['Its text says that mail is late and still on its way.'] },
  delivered: { kind: 'delivery-notice', because: ['Its text says that mail has arrived.'] },
};

/** Whether the first part of the body is worth fetching, for `readBounceBody`. */
export function looksLikeBounce(facts: Facts): boolean {
  const kind = facts.automatic?.kind ?? null;
  if (kind === 'bounce' || kind === 'delivery-notice') return true;
  return facts.mayBeBounce && (kind === null || kind === 'generated' || kind === 'list' || kind === 'bulk');
}

/** The facts with what the body tells. Of a message that does not look like a bounce nothing changes. */
export function withBounceBody(facts: Facts, body: BounceBody): Facts {
  if (!looksLikeBounce(facts)) return facts;
  const { kind, because } = facts.automatic ?? { kind: null, because: [] };
  const isSettled = kind === 'bounce' || kind === 'delivery-notice';
  if (!isSettled && !body.proven) return facts;
  const told = body.outcome === null ? null : OUTCOMES[body.outcome];
  const automatic =
    told === null ? facts.automatic : { kind: told.kind, because: [...told.because, ...because] };
  return { ...facts, automatic, returnedIds: body.returnedIds, failedRecipients: body.failedRecipients };
}
