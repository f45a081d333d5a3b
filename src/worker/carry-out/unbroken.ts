/**
 * Whether anybody else has written into the register since it was looked at. The server gives UIDs in the order of
 * appending and none twice (RFC 9051 §2.3.1.1), so if what this worker appends gets the very next ones, nothing lies
 * between that it has not seen, and nothing that was appended below it could void it. A gap may be another worker's entry,
 * or one that came and went: then what lies there has to be read.
 */
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Of UIDs that were just given, in order; then entries below the last of them need not be looked at any more. */
export function isUnbroken(
  { claim }: Pick<WorkingDesk, 'claim'>,
  survey: Pick<Survey, 'registerUidNext'>,
  uids: readonly number[],
): boolean {
  let next = survey.registerUidNext;
  for (const uid of uids) {
    // A claim is taken, and renewed, while the pass goes on.
    while (next < uid && claim.wrote(next)) next += 1;
    if (uid !== next) return false;
    next += 1;
  }
  survey.registerUidNext = next;
  return true;
}
