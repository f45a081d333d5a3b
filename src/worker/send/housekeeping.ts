/**
 * What has been sent and stays in the outbox is the memory of the limits; when their windows are over, it goes. What is
 * `\Draft` besides has still to get to its ticket (`put-away.ts`).
 */
import { longestWindowMs } from '../../desk/limits/limits.js';
import type { Effects } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';

const DAY_MS = 86_400_000;

export async function planForgetting(desk: Desk): Promise<Effects> {
  const { store, folders, policy } = desk;
  // IMAP's BEFORE knows days only, and in the server's time zone: one more is kept.
  const before = new Date(desk.now().getTime() - longestWindowMs(policy) - DAY_MS);
  const uids = await store.search(folders.outbox, {
    and: [{ flag: '\\Answered', set: true }, { flag: '\\Draft', set: false }, { before }],
  });
  return { removed: [{ folder: folders.outbox, uids }] };
}
