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
/** Of more desks than these a look takes a part in turn; each is looked at every ten seconds at the latest. */
const DESKS_OF_A_LOOK = 200;
const MOST_PARTS = 5;

interface AtWork {
  readonly vitals: Vitals;
  /** Tells its alerts; null where nobody is to hear of it, or it is not known yet what was told before. */
  readonly alarm: DeskAlarm | null;
}

export interface WatchOptions {
  /** The desks at work, as they are at each look. */
  readonly desks: () => readonly AtWork[];
  readonly log: Logger;
  readonly notifier: ServiceManager;
  readonly trouble: { readonly program: TroubleProgram; readonly afterMs: number } | null;
  readonly now?: () => Date;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

interface Memory {
  readonly bell: TroubleBell | null;
  /** At the last look. */
  seen: Seen | null;
}

interface Seen {
  readonly desk: string;
  readonly hangs: boolean;
  readonly condition: Condition | null;
}

const NOTHING_WRONG: Omit<Seen, 'desk'> = { hangs: false, condition: null };

export class Watch {
  readonly #options: WatchOptions;
  readonly #memories = new WeakMap<Vitals, Memory>();
  #status = '';
  #turn = 0;
  #aliveAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
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
    const desks = this.#options.desks();
    const parts = Math.min(Math.ceil(desks.length / DESKS_OF_A_LOOK), MOST_PARTS);
    const turn = this.#turn++;
    const seen = desks.map((desk, index) => {
      const known = (index + turn) % parts === 0 ? null : this.#memoryOf(desk.vitals).seen;
      return known ?? this.#lookAt(desk, now);
    });
    this.#tellManager(seen, this.#options.clock?.() ?? performance.now());
  }

  #lookAt({ vitals, alarm }: AtWork, now: Date): Seen {
    const { log, trouble } = this.#options;
    const desk = this.#memoryOf(vitals);
    const before = desk.seen ?? NOTHING_WRONG;
    const health = vitals.health();
    const hang = hangOf(health);
    if (hang !== null && !before.hangs)
      log.error(
        { desk: vitals.desk, since: hang.since, code: hang.code },
        `The desk hangs: ${hang.message}.`,
      );
    const condition = conditionOf(health);
    const news = desk.bell?.look(condition, now) ?? null;
    // "Works" is about what was wrong before.
    if (news !== null) void trouble?.program.tell(news, vitals.desk, condition ?? before.condition);
    // Before its first pass nobody knows whether what an earlier worker has told is over.
    if (condition !== null || vitals.hasPassed) alarm?.look(condition, now);
    desk.seen = { desk: vitals.desk, hangs: hang !== null, condition };
    return desk.seen;
  }

  #memoryOf(vitals: Vitals): Memory {
    const { trouble } = this.#options;
    const known = this.#memories.get(vitals);
    if (known !== undefined) return known;
    const bell = trouble === null ? null : new TroubleBell(trouble.afterMs);
    const memory = { bell, seen: null };
    this.#memories.set(vitals, memory);
    return memory;
  }

  #tellManager(seen: readonly Seen[], nowMs: number): void {
    const { notifier } = this.#options;
    const status = statusOf(seen);
    if (status !== this.#status) void notifier.status(status);
    this.#status = status;
    const { watchdogMs } = notifier;
    // A server that is down is no reason to be restarted; a desk that hangs is.
    if (watchdogMs === null || seen.some(({ hangs }) => hangs)) return;
    if (nowMs - this.#aliveAt < watchdogMs / 2 - LOOK_MS) return;
    this.#aliveAt = nowMs;
    void notifier.alive();
  }
}

function statusOf(seen: readonly Seen[]): string {
  const wrong = seen.flatMap(({ desk, condition }) =>
    condition === null ? [] : [`${desk}: ${condition.code} since ${condition.since}`],
  );
  if (wrong.length > 0) return `out of order: ${wrong.join('; ')}`.slice(0, 500);
  return seen.length === 1 ? 'the desk is at work' : `${seen.length} desks are at work`;
}
