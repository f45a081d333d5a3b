/**
 * What an alert tells now of what waits to be told. Each event has a message of its own, as long as all of them can have one at
 * once. Otherwise all that waits goes into one: what the limit or the quiet hours have held back, and what comes in a flood.
 */
import { firstMinute, isQuiet } from '../../hours/alert-hours.js';
import type { AlertRule } from './alert-rule.js';
import type { Happening } from './happening.js';

/** More events than these in one pass are a flood, whatever the limit allows. */
const MOST_ALONE = 10;
/** Each is a field in an entry of the register. */
export const MAX_EVENTS_IN_A_TELLING = 200;
/** What is older than this was held back. */
const HELD_AFTER_MS = 60_000;

export interface Waiting<H extends Happening> {
  /** In order of time. */
  readonly untold: readonly H[];
  /** When messages of this alert began, as far as the limit may count them. */
  readonly toldAt: readonly Date[];
  readonly now: Date;
}

export interface Tellings<H extends Happening> {
  /** Each is one message. */
  readonly messages: readonly (readonly H[])[];
  /** When there is more to tell; null if nothing is left. */
  readonly again: Date | null;
}

export function planTellings<H extends Happening>(
  { hours, atMost }: Pick<AlertRule, 'hours' | 'atMost'>,
  { untold, toldAt, now }: Waiting<H>,
): Tellings<H> {
  if (untold.length === 0) return { messages: [], again: null };
  if (isQuiet(hours, now))
    return { messages: [], again: firstMinute(now, (moment) => !isQuiet(hours, moment)) };
  const counted = toldAt
    .map((at) => at.getTime() + atMost.withinMs)
    .filter((over) => over > now.getTime())
    .sort((a, b) => a - b);
  const room = atMost.count - counted.length;
  if (room <= 0) return { messages: [], again: new Date(counted[-room] ?? 0) };
  const isFresh = untold.every(({ at }) => now.getTime() - at.getTime() < HELD_AFTER_MS);
  if (isFresh && untold.length <= Math.min(room, MOST_ALONE))
    return { messages: untold.map((one) => [one]), again: null };
  const messages: H[][] = [];
  for (let from = 0; from < untold.length && messages.length < room; from += MAX_EVENTS_IN_A_TELLING)
    messages.push(untold.slice(from, from + MAX_EVENTS_IN_A_TELLING));
  const isAll = messages.flat().length === untold.length;
  return { messages, again: isAll ? null : new Date(counted[0] ?? now.getTime() + atMost.withinMs) };
}
