/**
 * Looks every few seconds at how the desks of `run` are: what hangs is told once in the log, the program of
 * `onTrouble` is run, and the service manager is told. It has a timer of its own, so a desk that stands still is seen.
 */
import type { Logger } from 'pino';
import type { Vitals } from '../run/vitals.js';
import { type Condition, hangOf } from '../run/worker-state.js';
import type { DeskAlarm } from './desk-alarm.js';
import type { ServiceManager } from './service-manager.js';
import { conditionOf, TroubleBell, type TroubleProgram } from './trouble.js';

const LOOK_MS = 2000;

export interface WatchOptions {
  /** By the names of desks. */
  readonly alarms?: ReadonlyMap<string, DeskAlarm>;
  readonly desks: readonly Vitals[];
  readonly log: Logger;
  readonly notifier: ServiceManager;
  readonly trouble: { readonly program: TroubleProgram; readonly afterMs: number } | null;
  readonly now?: () => Date;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

interface Watched {
  readonly vitals: Vitals;
  readonly bell: TroubleBell | null;
  hangs: boolean;
  /** What was wrong at the last look. */
  condition: Condition | null;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #desks: readonly Watched[];
  #status = '';
  #aliveAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    const { desks, trouble } = options;
    this.#desks = desks.map((vitals) => ({
      vitals,
      bell: trouble === null ? null : new TroubleBell(trouble.afterMs),
      hangs: false,
      condition: null,
    }));
  }

  start(): void {
    const everyMs = Math.min(LOOK_MS, (this.#options.notifier.watchdogMs ?? LOOK_MS) / 2);
    this.#timer = setInterval(() => this.look(), everyMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** One look; nothing of what follows from it is waited for. */
  look(): void {
    const now = this.#options.now?.() ?? new Date();
    for (const desk of this.#desks) this.#lookAt(desk, now);
    this.#tellManager(this.#options.clock?.() ?? performance.now());
  }

  #lookAt(desk: Watched, now: Date): void {
    const { log, trouble, alarms } = this.#options;
    const state = desk.vitals.state();
    const hang = hangOf(state);
    if (hang !== null && !desk.hangs)
      log.error({ desk: state.desk, since: hang.since, code: hang.code }, `The desk hangs: ${hang.message}.`);
    desk.hangs = hang !== null;
    const condition = conditionOf(state);
    const news = desk.bell?.look(condition, now) ?? null;
    // "Works" is about what was wrong before.
    if (news !== null) void trouble?.program.tell(news, state.desk, condition ?? desk.condition);
    // Before its first pass nobody knows whether what an earlier worker has told is over.
    if (condition !== null || state.lastGoodPass !== null) alarms?.get(state.desk)?.look(condition, now);
    desk.condition = condition;
  }

  #tellManager(nowMs: number): void {
    const { notifier } = this.#options;
    const status = statusOf(this.#desks);
    if (status !== this.#status) void notifier.status(status);
    this.#status = status;
    const { watchdogMs } = notifier;
    // A server that is down is no reason to be restarted; a desk that hangs is.
    if (watchdogMs === null || this.#desks.some(({ hangs }) => hangs)) return;
    if (nowMs - this.#aliveAt < watchdogMs / 2 - LOOK_MS) return;
    this.#aliveAt = nowMs;
    void notifier.alive();
  }
}

function statusOf(desks: readonly Watched[]): string {
  const wrong = desks.flatMap(({ vitals, condition }) =>
    condition === null ? [] : [`${vitals.desk}: ${condition.code} since ${condition.since}`],
  );
  if (wrong.length > 0) return `out of order: ${wrong.join('; ')}`.slice(0, 500);
  return desks.length === 1 ? 'the desk is at work' : `${desks.length} desks are at work`;
}
