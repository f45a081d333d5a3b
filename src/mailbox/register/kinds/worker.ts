import type { Kind } from './kind.js';
import { processFields, readProcess, type WorkerProcess } from './process.js';

/** A worker of `run` works on the desk, or stands by; see the worker's `standing.ts`. */
export interface WorkerRecord extends WorkerProcess {
  readonly kind: 'worker';
  /** In how many seconds at the latest it looks at the register, where nobody wakes it before. */
  readonly looksS: number;
}

/** Flags of an entry: each sign of life changes them, in this order. */
export const SIGNS_OF_LIFE = [[], ['\\Flagged'], ['\\Flagged', '\\Draft'], ['\\Draft']] as const;

export const worker: Kind<WorkerRecord> = {
  fields: (record) => [['Worker', record.worker], ...processFields(record), ['Looks', `${record.looksS}`]],
  read(fields) {
    const [id] = fields.words('Worker');
    const writer = readProcess(fields);
    if (!id || writer === null || Number.isNaN(writer.since.getTime())) return null;
    return {
      kind: 'worker',
      worker: id,
      ...writer,
      looksS: fields.number('Looks') ?? 0,
    };
  },
  subject: ({ command, host }) => `${command} on ${host.replaceAll(/[^!-~]/g, '?')} works here, or stands by`,
};
