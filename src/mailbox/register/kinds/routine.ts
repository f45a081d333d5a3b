import type { Kind } from './kind.js';

/** A warning that lies in its ticket, and when it was first seen there: that is after it was sent, however late that was. */
export interface Warned {
  readonly messageId: string;
  readonly seen: Date;
}

export type RoutineName = (typeof NAMES)[number];

/** What the desk does by itself on a day was done for it; only the newest one of each counts. */
export interface RoutineRecord {
  readonly kind: 'routine';
  readonly routine: RoutineName;
  /** Where the desk is: `2026-12-25`. */
  readonly day: string;
  /** Up to which moment it looked. */
  readonly at: Date;
  /** Of `stale`. */
  readonly warned?: readonly Warned[];
}

const NAMES = ['digest', 'remind', 'stale'] as const;

export const routine: Kind<RoutineRecord> = {
  fields: (record) => [
    ['Routine', `${record.routine} ${record.day}`],
    ['At', record.at.toISOString()],
    ...(record.warned ?? []).map(
      ({ messageId, seen }) => ['Warned', `<${messageId}> ${seen.toISOString()}`] as const,
    ),
  ],
  read(fields) {
    const [name, day = ''] = fields.words('Routine');
    const known = NAMES.find((one) => one === name);
    if (known === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
    const warned = fields.all('Warned').flatMap((line): Warned[] => {
      const [, messageId, seen] = /^<(\S+)>\s+(\S+)$/.exec(line) ?? [];
      return messageId === undefined || seen === undefined ? [] : [{ messageId, seen: new Date(seen) }];
    });
    const record = { kind: 'routine', routine: known, day, at: fields.date('At') } as const;
    return warned.length === 0 ? record : { ...record, warned };
  },
  claims: (record) => [`${record.routine} ${record.day}`],
  subject: (record) => `${record.routine} of ${record.day}`,
};
