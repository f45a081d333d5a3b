import { type Kind, readNumber } from './kind.js';
import { processFields, readProcess, type WorkerProcess } from './process.js';

/** A worker is at work on the desk; see the worker's `claim.ts`. */
export interface ClaimRecord extends WorkerProcess {
  readonly kind: 'claim';
  /** When this was written, by the worker's clock. */
  readonly at: Date;
  /** The UID of the claim that this one renews, and of the first of a row; null for a new one. */
  readonly first: number | null;
  /** How long it stands that is not renewed, in whole seconds; null for the usual three minutes. */
  readonly leaseS: number | null;
}

export const claim: Kind<ClaimRecord> = {
  fields: (record) => [
    ['Claim', `${record.worker} ${record.first ?? 'new'}`],
    ...processFields(record),
    ['At', record.at.toISOString()],
    ...(record.leaseS === null ? [] : [['Lease', String(record.leaseS)] as const]),
  ],
  read(fields) {
    const [worker, first] = fields.words('Claim');
    const writer = readProcess(fields);
    if (!worker || writer === null) return null;
    return {
      kind: 'claim',
      worker,
      ...writer,
      at: fields.date('At'),
      first: readNumber(first),
      leaseS: readNumber(fields.one('Lease')),
    };
  },
  subject: ({ command }) => `${command} is at work`,
};
