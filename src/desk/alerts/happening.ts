/** What an alert may tell of, and which mail is such an event. */
import type { Facts } from '../../message/facts/facts.js';
import type { Decision } from '../ticket/decision.js';

/** Of a ticket: what a message has caused, or that it `waits` for an answer. */
export type TicketEvent = 'new' | 'update' | 'reopened' | 'waiting';
/** Of the desk itself. */
export type DeskEvent = 'unhealthy' | 'recovered';

/** What people wrote, as far as an alert may tell it; what is left out may not be told, or there is none. */
export interface Said {
  readonly subject?: string;
  readonly sender?: string;
  readonly words?: string;
}

/** One event of a ticket. */
export interface Happening {
  readonly event: TicketEvent;
  readonly ticket: number;
  /** Of the message that caused it, or that waits. */
  readonly identity: string;
  /** When the desk learned of it. */
  readonly at: Date;
  readonly said: Said;
}

/**
 * By what one event is known again, whoever meets it. A message causes one event and no more: what made it a reopening may have
 * happened when a dead worker's work is done over, and then it looks like an update.
 */
export function nameOf({ event, identity }: Pick<Happening, 'event' | 'identity'>): string {
  return event === 'waiting' ? `waiting ${identity}` : identity;
}

const EVENTS: Readonly<Partial<Record<Decision['kind'], TicketEvent>>> = {
  new: 'new',
  update: 'update',
  reopen: 'reopened',
};

/** null for what staff need not hear of, and for what one of them has written. */
export function eventOf(decision: Decision, facts: Facts): TicketEvent | null {
  const { kind, ticket, staff, notifyStaff, destination } = decision;
  if (!notifyStaff || staff !== null || facts.fromAccount === true) return null;
  if (ticket === null || destination === 'review') return null;
  return EVENTS[kind] ?? null;
}
