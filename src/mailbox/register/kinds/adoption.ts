import type { CopiedRecord } from './copied.js';
import type { Kind } from './kind.js';
import { pendingList, type Taken } from './pending-list.js';

export interface AdoptionRecord {
  readonly kind: 'adoption';
  readonly at: Date;
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly archivedUidValidity: string;
  readonly archivedUidNext: number;
  readonly taken: readonly Taken[];
  /** What was found out later, each time that the inbox had new UIDs and held old mail; in order of UID. */
  readonly copies?: readonly CopiedRecord[];
}

export const adoption: Kind<AdoptionRecord> = {
  fields: (record) => [
    ['At', record.at.toISOString()],
    ['Inbox', `${record.uidValidity} ${record.uidNext}`],
    ['Archived', `${record.archivedUidValidity} ${record.archivedUidNext} complete`],
    ['Taken-Count', String(record.taken.length)],
  ],
  read(fields) {
    const [uidValidity = '', uidNext] = fields.words('Inbox');
    const [archivedUidValidity = '', archivedUidNext] = fields.words('Archived');
    return {
      kind: 'adoption',
      at: fields.date('At'),
      uidValidity,
      uidNext: Number(uidNext),
      archivedUidValidity,
      archivedUidNext: Number(archivedUidNext),
      taken: [],
    };
  },
  claims: () => ['the desk'],
  subject: () => 'the desk begins',
  text: ({ taken }) => pendingList(taken),
};
