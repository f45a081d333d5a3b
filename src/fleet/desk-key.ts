/** What a desk is called among the hosts of a fleet: the same on each, and nothing can be read from it. */
import { createHash } from 'node:crypto';
import { accountKey } from '../config/account.js';
import type { DeskConfig } from '../config/complete.js';

/** Two desks may share an account, so their folders count as well. */
export function deskKey({ imap, folders }: Pick<DeskConfig, 'imap' | 'folders'>): string {
  const named = Object.entries(folders).sort(([one], [other]) => (one < other ? -1 : 1));
  const about = JSON.stringify([accountKey(imap), named]);
  return createHash('sha256').update(about).digest('hex').slice(0, 32);
}
