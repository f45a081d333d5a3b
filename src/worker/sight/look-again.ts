/** What the header leaves open of mail, and its body tells: in one order, for mail in the inbox and at hand. */
import type { PartSource } from './asked-parts.js';
import type { Pending } from './pending.js';
import { readBounces } from './read-bounces.js';
import { readForwardedMail } from './read-forwarded.js';
import { readReactions } from './read-reactions.js';

export async function lookAgain(source: PartSource, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const { inbox } = source.folders;
  return readForwardedMail(
    source,
    await readReactions(source, inbox, await readBounces(source, inbox, batch)),
  );
}
