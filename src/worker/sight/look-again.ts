/** What the header leaves open of pending mail, and its body tells: in one order, for a pass and for a rehearsal. */
import type { Desk } from '../workplace/desk.js';
import type { Pending } from './pending.js';
import { readBounces } from './read-bounces.js';
import { readForwardedMail } from './read-forwarded.js';
import { readReactions } from './read-reactions.js';

export async function lookAgain(desk: Desk, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const { inbox } = desk.folders;
  return readForwardedMail(desk, await readReactions(desk, inbox, await readBounces(desk, inbox, batch)));
}
