/** What a pass leaves behind: what has still to be filed, and what has still to leave. */
import type { Desk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { readUnsent } from './unsent.js';

export interface OutboxBacklog {
  /** Messages that have not been sent. */
  readonly length: number;
  /** Those of them that are held back until what they were written for has happened. */
  readonly held: number;
  /** When the oldest of the others was staged (INTERNALDATE). */
  readonly oldest: Date | null;
}

export interface Backlog {
  readonly pending: number;
  readonly outbox: OutboxBacklog;
}

/** One search, and a fetch if anything waits. */
export async function outboxBacklog(desk: Desk): Promise<OutboxBacklog> {
  const { copies, unreadable } = await readUnsent(desk);
  return backlogOf(copies, unreadable.length);
}

/** Of what the server cannot read nobody knows how old it is. */
export function backlogOf(copies: readonly OutboxCopy[], unreadable: number): OutboxBacklog {
  const released = copies.filter(({ held }) => !held).map(({ stagedAt }) => stagedAt.getTime());
  return {
    length: copies.length + unreadable,
    held: copies.length - released.length,
    oldest: released.length === 0 ? null : new Date(Math.min(...released)),
  };
}
