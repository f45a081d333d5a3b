/**
 * What has been sent and stays in the outbox is the memory of the limits; when their windows are over, it goes. What is
 * `\Draft` besides has still to get to its ticket (`put-away.ts`).
 */
import { longestWindowMs } from '../../desk/limits/limits.js';
import type { Desk } from '../workplace/desk.js';

const DAY_MS = 86_400_000;

export async function forgetSent(desk: Desk): Promise<void> {
  const { store, folders, policy } = desk;
  // IMAP's BEFORE knows days only, and in the server's time zone: one more is kept.
  const before = new Date(desk.now().getTime() - longestWindowMs(policy) - DAY_MS);
  const uids = await store.search(folders.outbox, {
    and: [{ flag: '\\Answered', set: true }, { flag: '\\Draft', set: false }, { before }],
  });
  if (uids.length > 0) await store.remove(folders.outbox, uids);
}
