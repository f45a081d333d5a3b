import type { Kind } from './kind.js';
import { pendingList, type Taken } from './pending-list.js';

/**
 * The inbox has new UIDs, and arrival dates that hide what is old (it was copied without them). Says which
 * messages below `uidNext` are pending.
 */
export interface CopiedRecord {
  readonly kind: 'copied';
  readonly at: Date;
  readonly uidValidity: string;
  readonly uidNext: number;
  /** What somebody said about the old mail; null if nobody had to be asked. */
  readonly choice: (typeof CHOICES)[number] | null;
  /** The cause of the summary about what is filed quietly. */
  readonly cause: string;
  readonly taken: readonly Taken[];
}

const CHOICES = ['recent', 'all', 'none'] as const;

export const copied: Kind<CopiedRecord> = {
  // A worker that knows nothing of these entries would answer old mail, so it must not work beside one.
  version: 2,
  fields: (record) => [
    ['At', record.at.toISOString()],
    ['Inbox', `${record.uidValidity} ${record.uidNext}`],
    ['Choice', record.choice ?? 'unasked'],
    ['Cause', record.cause],
    ['Taken-Count', String(record.taken.length)],
  ],
  read(fields) {
    const place = fields.place('Inbox');
    if (place === null) return null;
    const choice = CHOICES.find((known) => known === fields.one('Choice')) ?? null;
    const cause = fields.one('Cause') ?? '';
    return { kind: 'copied', at: fields.date('At'), ...place, choice, cause, taken: [] };
  },
  subject: () => 'the inbox was copied',
  text: ({ taken }) => pendingList(taken),
};
