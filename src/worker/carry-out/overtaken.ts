/** Another worker was quicker: what this pass knows is out of date, and it has to look again. */
import { notStored } from '../../mailbox/not-stored.js';
import { Problem } from '../../problem/problem.js';

export class Overtaken extends Problem {
  constructor(message: string) {
    super('overtaken', `${message}; the next pass looks again`, { temporary: true, scope: 'folder' });
  }
}

/** Why what was just appended is not there: another worker has removed it as void, or it was never stored. */
export function notThere(folder: string, what: { lacking: readonly number[]; uidNext: number }): Error {
  const removed = what.lacking.every((uid) => uid < what.uidNext);
  return removed
    ? new Overtaken('another worker was quicker, and has removed what was appended')
    : notStored(folder);
}
