import type { Kind } from './kind.js';

/** Staff were told that many tickets had gone at once; live until they are back or closed. */
export interface AbsenceRecord {
  readonly kind: 'absence';
  readonly count: number;
}

export const absence: Kind<AbsenceRecord> = {
  fields: ({ count }) => [['Count', String(count)]],
  read: (fields) => ({ kind: 'absence', count: fields.number('Count') ?? 0 }),
  subject: () => 'staff were told of missing tickets',
};
