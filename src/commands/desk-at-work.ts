/** A desk of `run`: its worker, how it is, and the alerts about the desk itself. */
import { createHash } from 'node:crypto';
import type { DeskConfig } from '../config/complete.js';
import { secretsInUse } from '../config/secrets.js';
import { Problem } from '../problem/problem.js';
import { DeskWorker } from '../worker/run/desk-worker.js';
import type { DeskLoop } from '../worker/run/desks.js';
import { longestSilenceMs } from '../worker/run/poll.js';
import type { DeskSession } from '../worker/run/session.js';
import type { Vitals } from '../worker/run/vitals.js';
import type { DeskAlarm } from '../worker/watch/desk-alarm.js';
import type { HealthLimits } from '../worker/watch/health.js';
import type { CommandContext } from './context.js';
import { openAlarm } from './desk-alarms.js';
import { failureOf } from './failure.js';

/** How much later than the poll a pass may have ended before a desk counts as unhealthy. */
const PASS_MAY_TAKE_MS = 10 * 60_000;

/** A secret in use that cannot be read now; `desk` is null for one that many share. */
export interface UnreadSecret {
  readonly field: string;
  readonly desk: string | null;
  readonly problem: Problem;
}

export interface SecretsNow {
  readonly haveChanged: boolean;
  readonly unread: readonly UnreadSecret[];
}

export class DeskAtWork implements DeskLoop {
  readonly name: string;
  readonly limits: HealthLimits;
  readonly #context: CommandContext;
  readonly #desk: DeskConfig;
  /** Fingerprints of the secrets that it has fetched last, by their fields. */
  readonly #used = new Map<string, string>();
  readonly #session: DeskSession;
  readonly #worker: DeskWorker;
  #alarm: DeskAlarm | null = null;

  constructor(context: CommandContext, desk: DeskConfig) {
    this.name = desk.name;
    this.#context = context;
    this.#desk = desk;
    this.#session = context.session(desk, {
      standsBy: true,
      heard: (field, secret) => this.#used.set(field, fingerprintOf(secret)),
    });
    const log = context.log.child({ desk: desk.name });
    this.#worker = new DeskWorker({ desk, session: this.#session, log });
    this.limits = limitsOf(context, desk);
  }

  get vitals(): Vitals {
    return this.#worker.vitals;
  }

  /** null until it is known what was told before. */
  get alarm(): DeskAlarm | null {
    return this.#alarm;
  }

  /** Reads every secret anew, and tries again at once. */
  refresh(): void {
    this.#worker.refresh();
  }

  /**
   * How the secrets that it has used are by now. What is shared by many desks is read once for all that are given the same
   * `shared`.
   */
  async secretsNow(shared: Map<string, Promise<string | Problem>>): Promise<SecretsNow> {
    const sources = secretsInUse(this.#context.config, this.#desk);
    const unread: UnreadSecret[] = [];
    let haveChanged = false;
    for (const [field, used] of this.#used) {
      const read = sources.get(field);
      if (read === undefined) continue;
      const isShared = field.startsWith('secret');
      const reading = (isShared ? shared.get(field) : undefined) ?? readNow(read);
      if (isShared) shared.set(field, reading);
      const secret = await reading;
      if (typeof secret !== 'string')
        unread.push({ field, desk: isShared ? null : this.name, problem: secret });
      else if (fingerprintOf(secret) !== used) haveChanged = true;
    }
    return { haveChanged, unread };
  }

  /** Somebody has left work for it. */
  wake(): void {
    this.#worker.wake();
  }

  readonly run = async (signal: AbortSignal): Promise<void> => {
    const opened = await openAlarm(this.#context, this.#session);
    this.#alarm = opened?.alarm ?? null;
    try {
      await this.#worker.run(signal);
    } finally {
      this.#alarm = null;
      await opened?.stop();
    }
  };
}

/** What it has used was a secret once; why it is none now, if it is none. */
async function readNow(read: () => Promise<string | null>): Promise<string | Problem> {
  try {
    return (await read()) ?? new Problem('secret-unavailable', 'there is none any more');
  } catch (error) {
    return error instanceof Problem ? error : new Problem('internal', failureOf(error).message);
  }
}

function fingerprintOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function limitsOf({ config: { health } }: CommandContext, { poll, mail }: DeskConfig): HealthLimits {
  return {
    maxPassAgeMs: health?.maxPassAgeMs ?? longestSilenceMs(poll) + PASS_MAY_TAKE_MS,
    maxLetterAgeMs: mail === 'hold' ? null : (health?.maxLetterAgeMs ?? null),
  };
}
