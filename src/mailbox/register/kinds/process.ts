import { ascii, type FieldReader, type Fields, readNumber } from './kind.js';

/** Who a worker is, as each of its entries says. */
export interface WorkerProcess {
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
}

/** All but `worker`, which stands in the field of the kind. */
export function processFields({ host, pid, started, place, command, since }: WorkerProcess): Fields {
  return [
    ['Host', ascii(host)],
    ['Process', `${pid} ${started} ${place}`],
    ['Command', ascii(command)],
    ['Since', since.toISOString()],
  ];
}

/** null where it does not say which process it is. */
export function readProcess(fields: FieldReader): Omit<WorkerProcess, 'worker'> | null {
  const [pid, started, place] = fields.words('Process');
  if (started === undefined || place === undefined) return null;
  return {
    host: fields.text('Host'),
    place,
    pid: readNumber(pid) ?? 0,
    started,
    command: fields.text('Command'),
    since: fields.date('Since'),
  };
}
