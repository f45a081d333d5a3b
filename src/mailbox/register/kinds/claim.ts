import { ascii, type Kind, readNumber } from './kind.js';

/** A worker is at work on the desk; see the worker's `claim.ts`. */
export interface ClaimRecord {
  readonly kind: 'claim';
  /** Unique for each worker. */
  readonly worker: string;
  /** For people. */
  readonly host: string;
  /** Where `pid` means something: the same for programs that see each other's process numbers. */
  readonly place: string;
  readonly pid: number;
  /** When that process started, as its system tells it. */
  readonly started: string;
  readonly command: string;
  readonly since: Date;
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
    ['Host', ascii(record.host)],
    ['Process', `${record.pid} ${record.started} ${record.place}`],
    ['Command', ascii(record.command)],
    ['Since', record.since.toISOString()],
    ['At', record.at.toISOString()],
    ...(record.leaseS === null ? [] : [['Lease', String(record.leaseS)] as const]),
  ],
  read(fields) {
    const [worker, first] = fields.words('Claim');
    const [pid, started, place] = fields.words('Process');
    if (!worker || started === undefined || place === undefined) return null;
    return {
      kind: 'claim',
      worker,
      host: fields.text('Host'),
      place,
      pid: readNumber(pid) ?? 0,
      started,
      command: fields.text('Command'),
      since: fields.date('Since'),
      at: fields.date('At'),
      first: readNumber(first),
      leaseS: readNumber(fields.one('Lease')),
    };
  },
  subject: ({ command }) => `${command} is at work`,
};
