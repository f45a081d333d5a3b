import { ascii, type Kind, readNumber } from './kind.js';

/** A worker of `run` works on the desk, or stands by; see the worker's `standing.ts`. */
export interface WorkerRecord {
  readonly kind: 'worker';
  /** Unique for each worker. */
  readonly worker: string;
  /** For people. */
  readonly host: string;
  /** As in a claim: where `pid` means something. */
  readonly place: string;
  readonly pid: number;
  /** When that process started, as its system tells it. */
  readonly started: string;
  readonly command: string;
  readonly since: Date;
  /** In how many seconds at the latest it looks at the register, where nobody wakes it before. */
  readonly looksS: number;
}

/** Flags of an entry: each sign of life changes them, in this order. */
export const SIGNS_OF_LIFE = [[], ['\\Flagged'], ['\\Flagged', '\\Draft'], ['\\Draft']] as const;

export const worker: Kind<WorkerRecord> = {
  fields: (record) => [
    ['Worker', record.worker],
    ['Host', ascii(record.host)],
    ['Process', `${record.pid} ${record.started} ${record.place}`],
    ['Command', ascii(record.command)],
    ['Since', record.since.toISOString()],
    ['Looks', `${record.looksS}`],
  ],
  read(fields) {
    const [id] = fields.words('Worker');
    const [pid, started, place] = fields.words('Process');
    const since = fields.date('Since');
    if (!id || started === undefined || place === undefined || Number.isNaN(since.getTime())) return null;
    return {
      kind: 'worker',
      worker: id,
      host: fields.text('Host'),
      place,
      pid: readNumber(pid) ?? 0,
      started,
      command: fields.text('Command'),
      since,
      looksS: fields.number('Looks') ?? 0,
    };
  },
  subject: ({ command, host }) => `${command} on ${host.replaceAll(/[^!-~]/g, '?')} works here, or stands by`,
};
