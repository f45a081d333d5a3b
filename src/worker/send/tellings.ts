/**
 * The messages of alerts as the register knows them, and what becomes of one. The note comes before the message: an entry is
 * appended as being sent, then the message is begun. Who dies between leaves a note of a message that may have been taken; it
 * is sent again only where its receiver knows it by its id. Otherwise it counts as told: nobody gets a second SMS.
 */
import { type AlertMessage, alertMessage, messageIdOf } from '../../desk/alerts/alert-message.js';
import type { AlertRule } from '../../desk/alerts/alert-rule.js';
import type { Happening } from '../../desk/alerts/happening.js';
import type { Outcome } from '../../desk/alerts/outcome.js';
import { BEING_SENT, type Registered, type TellingRecord, UNDER_WAY } from '../../mailbox/register/entry.js';
import type { NewEntry } from '../effects/effects.js';
import { GIVEN_UP_AFTER_MS } from '../workplace/alert-line.js';
import type { WorkingDesk } from '../workplace/desk.js';

export type Telling = Registered<TellingRecord>;

/** After the first attempt, doubled each time up to the longest. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** What was not taken for so long is news no more. */
const NO_LONGER_NEWS_MS = 24 * 3_600_000;

export function isBeingSent({ flags }: Telling): boolean {
  return flags.has(BEING_SENT);
}

export function isToBeSent({ flags }: Telling): boolean {
  return flags.has(UNDER_WAY) && !flags.has(BEING_SENT);
}

/** A first attempt, or the next one. */
export function attemptOf(desk: WorkingDesk, rule: AlertRule, events: readonly Happening[]): NewEntry {
  const now = desk.now();
  const id = messageIdOf(desk.policy, rule.name, events);
  const record = { kind: 'telling', id, alert: rule.name, attempt: 1, since: now, at: now, events } as const;
  return { record, flags: [UNDER_WAY, ...(rule.mail === null ? [BEING_SENT] : [])] };
}

export function nextAttemptOf(desk: WorkingDesk, telling: Telling): NewEntry {
  const { kind, id, alert, attempt, since, events } = telling;
  const record = { kind, id, alert, attempt: attempt + 1, since, at: desk.now(), events };
  return { record, flags: [UNDER_WAY, BEING_SENT] };
}

export function nextAttemptAt({ at, attempt }: TellingRecord): number {
  return at.getTime() + Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

export function messageOf({ policy }: WorkingDesk, { id, alert, events }: TellingRecord): AlertMessage {
  return alertMessage(policy, { id, alert, events });
}

/**
 * What follows from an answer, or from there being none: `over` counts as told, `again` is tried later, null is still in hand.
 * What will not be told is logged.
 */
export function verdictOn(
  desk: WorkingDesk,
  rule: AlertRule | undefined,
  telling: Telling,
): 'over' | 'again' | null {
  const outcome = outcomeOf(desk, telling);
  if (outcome === null) return null;
  const { kind, why } = outcome;
  const fields = { alert: telling.alert, events: telling.events.length, attempt: telling.attempt };
  if (kind === 'told') {
    desk.log.info(fields, `an alert was told by "${telling.alert}"`);
    return 'over';
  }
  const mayRepeat = kind === 'again' || (kind === 'unknown' && rule?.knowsIds === true);
  const isNews = desk.now().getTime() - telling.since.getTime() < NO_LONGER_NEWS_MS;
  if (mayRepeat && isNews && rule !== undefined) {
    desk.log.warn(fields, `the alert "${telling.alert}" was not taken, and is tried again: ${why}`);
    return 'again';
  }
  const end = kind === 'unknown' ? 'may not have been taken, and is not sent twice' : 'was not taken';
  desk.log.error(fields, `the alert "${telling.alert}" ${end}: ${why}`);
  return 'over';
}

function outcomeOf({ alertLine, now, cache }: WorkingDesk, { id, at }: Telling): Outcome | null {
  const answer = alertLine?.answers.get(id);
  if (answer !== undefined) return answer;
  const givenUpAt = at.getTime() + GIVEN_UP_AFTER_MS;
  if (alertLine?.has(id) !== true && now().getTime() >= givenUpAt)
    return { kind: 'unknown', why: 'the worker that sent it has ended' };
  cache.waitFor(givenUpAt);
  return null;
}
