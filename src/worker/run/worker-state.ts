/**
 * How a worker on a desk is, as it says so itself: over its socket, to `status`, and on the health port. No secret, no
 * address and nothing of a mail is in it.
 */
import { z } from 'zod';

const MAX_TEXT_CHARS = 500;

/** Any program of this machine may stand at the other end, so text is cut, and fit to be printed. */
const text = z
  .string()
  .transform((said) => said.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, MAX_TEXT_CHARS));
const time = z.iso.datetime();
const count = z.int().min(0);

const conditionSchema = z.object({
  code: text,
  message: text,
  since: time,
  /** It does not pass by itself. */
  needsPerson: z.boolean(),
});

const workerStateSchema = z.object({
  desk: text,
  pid: count,
  host: text,
  /** When this worker began. */
  since: time,
  doing: z.enum([
    'starting',
    'pass',
    'waiting',
    'pausing',
    'waiting-for-lock',
    'waiting-for-turn',
    'standing-by',
  ]),
  /** The worker that it stands by for; null where it works itself. */
  standsBehind: z.object({ host: text, pid: count, command: text, since: time }).nullable().default(null),
  /** Until when another worker had the desk for certain; null where this one has had a good pass since, or always has it. */
  stoodByUntil: time.nullable().default(null),
  lastGoodPass: time.nullable(),
  /** How long the last pass took that went well. */
  passSeconds: z.number().min(0).nullable(),
  /** When the next pass is due if nothing wakes the desk before; null during a pass. */
  nextTry: time.nullable(),
  /** Why passes fail, since the first of them. */
  trouble: conditionSchema.nullable(),
  /** Why mail cannot leave, since it was first so. */
  delivery: conditionSchema.nullable(),
  /** A pass has shown no sign of life since then, or the next one has been due since then. */
  hangsSince: time.nullable(),
  /** How often each server refused the sign-in since this worker began. */
  signInsRefused: z.object({ imap: count, smtp: count }),
  /** As the last good pass left it. */
  backlog: z
    .object({
      pending: count,
      outbox: count,
      held: count,
      oldestLetter: time.nullable(),
      /** Letters that the mail server takes later. */
      deferred: count,
    })
    .nullable(),
});

export type WorkerState = z.output<typeof workerStateSchema>;
export type Condition = z.output<typeof conditionSchema>;
/** What of it may be wrong. */
export type Health = Pick<WorkerState, 'doing' | 'trouble' | 'delivery' | 'hangsSince'>;

/** What hangs, if anything does. */
export function hangOf({ doing, hangsSince }: Pick<Health, 'doing' | 'hangsSince'>): Condition | null {
  if (hangsSince === null) return null;
  const [code, message] =
    doing === 'waiting' || doing === 'pausing'
      ? ['pass-overdue', 'the loop stands still, and has begun no pass']
      : ['pass-hangs', 'the pass has shown no sign of life'];
  return { code, message, since: hangsSince, needsPerson: true };
}

/** null for what is no state of a worker. */
export function readWorkerState(said: unknown): WorkerState | null {
  const read = workerStateSchema.safeParse(said);
  return read.success ? read.data : null;
}
