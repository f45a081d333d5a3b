/**
 * Open tickets in which the desk has had the last word for long (`closeStale`). Their requesters are warned once; where the warning is
 * in the ticket and that much time again has gone by, the close is asked for as by a command (`requests.ts`), so that it is
 * confirmed, and survives a death, as any other. What anybody says in between is a later word, and begins anew.
 */
import { lastWordToRequester } from '../../desk/figures/voice.js';
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { isOwn } from '../../desk/sign/origin.js';
import { keyedHash } from '../../desk/sign/signature.js';
import { cameHere, type Ticket } from '../../desk/ticket/ticket.js';
import type { Warned } from '../../mailbox/register/entry.js';
import type { NewEntry } from '../effects/effects.js';
import { historiesOf, historyIn } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { staleWarning } from './compose-letters.js';

/** A day, and an hour more for clocks that are put back. */
const SENT_WITHIN_MS = 25 * 3_600_000;
/** Of more than that, the rest is seen for the first time on a later day. An entry has no more fields than are read. */
const MAX_REMEMBERED = 150;

interface Stale {
  readonly ticket: Ticket;
  /** Identity of the desk's last word, and when it came. */
  readonly unanswered: string;
  readonly since: Date;
  readonly warning: ComposedLetter;
  /** When the warning was written that lies in the ticket; null where there is none. */
  readonly warned: Date | null;
}

interface StaleWork {
  readonly warnings: readonly ComposedLetter[];
  readonly closes: readonly NewEntry[];
  /** What is to be remembered until the next day. */
  readonly warned: readonly Warned[];
}

export async function planStale(
  desk: Desk,
  survey: Survey,
  { cause, at, before }: { readonly cause: string; readonly at: Date; readonly before: readonly Warned[] },
): Promise<StaleWork> {
  const { closeStale } = desk.policy;
  if (closeStale === null) return { warnings: [], closes: [], warned: [] };
  const { afterMs, graceMs, atMost } = closeStale;
  const stale = survey.ledger.tickets
    .flatMap((ticket) => staleOf(desk, ticket, cause) ?? [])
    .filter(({ since }) => at.getTime() - since.getTime() >= afterMs)
    .sort((a, b) => a.since.getTime() - b.since.getTime());
  const unwarned = stale.filter(({ warned }) => warned === null);
  const seen = new Map(before.map((one) => [one.messageId, one.seen]));
  const warned = stale.flatMap((one) => (one.warned === null ? [] : [{ ...one, warned: one.warned }]));
  const seenAt = ({ warning }: Stale): Date => seen.get(warning.messageId) ?? at;
  const due = warned.filter((one) => at.getTime() - countsFrom(one.warned, seenAt(one)) >= graceMs);
  const free = await neverWritten(desk, survey, unwarned);
  return {
    warnings: free.slice(0, atMost).map(({ warning }) => warning),
    closes: due.slice(0, atMost).map((one) => closeOf(desk, one)),
    warned: warned
      .slice(0, MAX_REMEMBERED)
      .map((one) => ({ messageId: one.warning.messageId, seen: seenAt(one) })),
  };
}

/**
 * Milliseconds since 1970. A warning bears the date on which it was written; where it may have waited in the outbox for long, what
 * counts is when it was seen in its ticket, since it was sent by then.
 */
function countsFrom(written: Date, seen: Date): number {
  const isPrompt = seen.getTime() - written.getTime() <= SENT_WITHIN_MS;
  return (isPrompt ? written : seen).getTime();
}

/** null where somebody else has the last word, or where its requester may not be written to. */
function staleOf(desk: Desk, ticket: Ticket, cause: string): Stale | null {
  const { policy } = desk;
  const last = ticket.state === 'open' ? lastWordToRequester(policy, ticket) : null;
  if (last === null || !cameHere(ticket.entry, last.facts.receivedAt)) return null;
  const warning = staleWarning(desk, ticket, { cause, unanswered: last.facts });
  if (warning === null) return null;
  const copy = ticket.messages.find(
    ({ facts }) => facts.messageId === warning.messageId && isOwn(policy, facts),
  );
  const { identity: unanswered, receivedAt: since } = last.facts;
  return { ticket, unanswered, since, warning, warned: copy?.facts.receivedAt ?? null };
}

/** A warning that waits in the outbox is written already; one that was refused for good would be refused every day. */
async function neverWritten(desk: Desk, survey: Survey, stale: readonly Stale[]): Promise<readonly Stale[]> {
  const waiting = new Set(survey.outbox.map(({ held, messageId }) => (held ? null : messageId)));
  const histories = await historiesOf(
    desk,
    stale.map(({ warning }) => warning.messageId),
  );
  return stale.filter(({ warning: { messageId } }) => {
    const { refusedBecause, taken } = historyIn(histories, messageId);
    return !waiting.has(messageId) && refusedBecause === null && !taken;
  });
}

function closeOf({ policy }: Desk, { ticket, unanswered }: Stale): NewEntry {
  const { number } = ticket.entry;
  const id = `stale-${number}-${keyedHash(policy.secrets[0], 'stale', [unanswered])}`;
  return { record: { kind: 'request', id, ticket: number, command: 'close' } };
}
