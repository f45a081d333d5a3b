/**
 * Which worker of `run` works a desk, of several that do not see each other: they stand in line in the desk's own register.
 *
 * - Each puts one entry there. The one with the lowest UID works; the others stand by. A worker that stops takes its own
 *   entry away, and the next in line works.
 * - Who stands alone does nothing for it. Who sees others gives a sign of life at each look, by the flags of its entry.
 * - One that gives no sign for a lease is taken out of the line, by whoever sees it. The lease is measured by the clock of
 *   the one who waits, which nobody sets: no host's time of day counts, nor the server's. To be out of the line is no harm:
 *   whoever was only slow finds its entry gone at the next look, and stands in line again, behind the others.
 * - Where the folder keeps mod-sequences, both are a conditional STORE (RFC 7162 §3.1.3): what is taken out has given no
 *   sign since it was looked at, and who was taken out gives none any more.
 * - Who has never given one, because it did not know yet that somebody waits, is given the time to look; and so is who has
 *   given its last ones no more often than it looks by itself, as a desk does that has its connection in turns with others.
 *
 * The line spares two workers to be in each other's way, and says who works. That two of them do no harm is for the claim
 * (`claim.ts`) and for arbitration, whatever the line says.
 */
import { type Registered, SIGNS_OF_LIFE, type WorkerRecord } from '../../mailbox/register/entry.js';
import { type AtWork, ClaimedElsewhere } from './claim.js';
import type { Presence } from './presence.js';

/** Another `run` works on the desk: this one stands by. */
export class StandsBy extends ClaimedElsewhere {
  override readonly name = 'StandsBy';
}

/** What the register shows of the line. */
export interface Line {
  /** In order of UID. */
  readonly standing: readonly Standing[];
  /** Of the register before it was read; null where it keeps none. */
  readonly modseq: string | null;
}

export interface Standing extends Registered<WorkerRecord> {
  /** Changes whenever its worker shows that it lives. */
  readonly sign: string;
}

/** What it needs of the register. */
export interface LineEntries {
  append(record: WorkerRecord): Promise<number>;
  /** null where there is no register. */
  read(): Promise<Line | null>;
  /** Answers whether it was done: not where the entry has changed since that mod-sequence. */
  sign(uid: number, flags: readonly string[], modseq: string | null): Promise<boolean>;
  takeOut(uid: number, modseq: string | null): Promise<boolean>;
  remove(uids: readonly number[]): Promise<void>;
}

export interface LineOptions {
  readonly presence: Presence;
  /** In how many milliseconds at the latest this worker looks at its register by itself. */
  readonly looksMs: number;
  readonly leaseMs: number;
  /** Milliseconds from any moment on, by a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly now: () => Date;
}

export interface StandbyPace {
  /** How often it looks while others stand in line, in milliseconds. */
  readonly lookMs: number;
  /** How long another may give no sign of life. */
  readonly leaseMs: number;
}

export const STANDBY_PACE: StandbyPace = { lookMs: 15_000, leaseMs: 60_000 };

/** What is known of another worker. */
interface Life {
  readonly sign: string;
  readonly patienceMs: number;
  silentMs: number;
  at: number;
}

/** Whose poll is slower is relieved by mistake at times, which is no harm. */
const MOST_PATIENCE_MS = 10 * 60_000;

export class PlaceInLine {
  readonly #options: LineOptions;
  #mine: number | null = null;
  #others: readonly Standing[] = [];
  #since: Date | null = null;
  readonly #lives = new Map<string, Life>();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get isTaken(): boolean {
    return this.#mine !== null;
  }

  /** Whether anybody else stands there, as far as is known. */
  get hasCompany(): boolean {
    return this.#others.length > 0;
  }

  /** Whether this is the line that was seen at the last look. */
  isAsSeen(workers: readonly Registered<WorkerRecord>[]): boolean {
    const seen = [...this.#others.map(({ uid }) => uid), ...(this.#mine === null ? [] : [this.#mine])];
    return seen.length === workers.length && workers.every(({ uid }) => seen.includes(uid));
  }

  /** Looks at the line, gives a sign to whoever is there, takes out who has gone; answers who stands before this worker. */
  async look(entries: LineEntries): Promise<AtWork | null> {
    const line = await entries.read();
    if (line === null) return this.#leftAlone();
    const { worker } = this.#options.presence.self;
    const [own, ...twice] = line.standing.filter((one) => one.worker === worker);
    await entries.remove(twice.map(({ uid }) => uid));
    // Who was taken out knows nothing any more of how long the others have been silent.
    if (own === undefined) this.#lives.clear();
    this.#mine = own?.uid ?? null;
    this.#others = await this.#thoseThatLive(entries, line);
    if (own !== undefined && this.hasCompany) await this.#giveSign(entries, own, line.modseq);
    const [first] = this.#others;
    return first === undefined || (own !== undefined && own.uid < first.uid) ? null : first;
  }

  /** Of the others; takes out who has gone. */
  async #thoseThatLive(entries: LineEntries, { standing, modseq }: Line): Promise<readonly Standing[]> {
    const { worker } = this.#options.presence.self;
    const others: Standing[] = [];
    for (const one of standing.filter((each) => each.worker !== worker)) {
      if (!this.#isOver(one) || !(await entries.takeOut(one.uid, modseq))) others.push(one);
    }
    const there = new Set(others.map((one) => one.worker));
    for (const known of this.#lives.keys()) if (!there.has(known)) this.#lives.delete(known);
    return others;
  }

  /** Stands in line, unless it does already; answers who stands before this worker. */
  async enter(entries: LineEntries): Promise<AtWork | null> {
    if (this.#mine === null) {
      const { presence, now, looksMs } = this.#options;
      this.#since ??= now();
      const looksS = Math.ceil(looksMs / 1000);
      this.#mine = await entries.append({ kind: 'worker', ...presence.self, since: this.#since, looksS });
    }
    return this.look(entries);
  }

  async leave(entries: LineEntries): Promise<void> {
    const mine = this.#mine;
    this.#mine = null;
    this.#leftAlone();
    if (mine !== null) await entries.remove([mine]);
  }

  #leftAlone(): null {
    this.#mine = null;
    this.#others = [];
    this.#lives.clear();
    return null;
  }

  async #giveSign(entries: LineEntries, { uid, flags }: Standing, modseq: string | null): Promise<void> {
    const before = SIGNS_OF_LIFE.findIndex((some) =>
      ['\\Flagged', '\\Draft'].every((flag) => flags.has(flag) === some.some((one) => one === flag)),
    );
    const next = SIGNS_OF_LIFE[(before + 1) % SIGNS_OF_LIFE.length] ?? [];
    // Where somebody has just taken it out, the next look shows it.
    await entries.sign(uid, ['\\Seen', ...next], modseq);
  }

  #isOver(one: Standing): boolean {
    const { presence, elapsed, leaseMs } = this.#options;
    if (presence.isGone(one) || presence.ranBeforeBoot?.(one) === true) return true;
    const at = elapsed();
    const life = this.#lives.get(one.worker);
    if (life === undefined || life.sign !== one.sign) {
      const looksMs = Math.min(one.looksS * 1000, MOST_PATIENCE_MS);
      const isSlow = life === undefined || life.silentMs > leaseMs / 2;
      const patienceMs = leaseMs + (isSlow ? looksMs : 0);
      this.#lives.set(one.worker, { sign: one.sign, patienceMs, silentMs: 0, at });
      return false;
    }
    // Who did not look for long, because it slept or was cut off, has not heard either.
    life.silentMs += Math.min(at - life.at, leaseMs / 2);
    life.at = at;
    return life.silentMs >= life.patienceMs;
  }
}
