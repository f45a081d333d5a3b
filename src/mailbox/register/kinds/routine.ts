import type { Kind } from './kind.js';

export type RoutineName = (typeof NAMES)[number];

/** What the desk does by itself on a day was done for it; only the newest one of each counts. */
export interface RoutineRecord {
  readonly kind: 'routine';
  readonly routine: RoutineName;
  /** Where the desk is: `2026-12-25`. */
  readonly day: string;
  /** Up to which moment it looked. */
  readonly at: Date;
}

const NAMES = ['digest', 'remind'] as const;

export const routine: Kind<RoutineRecord> = {
  fields: (record) => [
    ['Routine', `${record.routine} ${record.day}`],
    ['At', record.at.toISOString()],
  ],
  read(fields) {
    const [name, day = ''] = fields.words('Routine');
    const known = NAMES.find((one) => one === name);
    if (known === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
    return { kind: 'routine', routine: known, day, at: fields.date('At') };
  },
  claims: (record) => [`${record.routine} ${record.day}`],
  subject: (record) => `${record.routine} of ${record.day}`,
};
