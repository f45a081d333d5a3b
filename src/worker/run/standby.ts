/**
 * The place of a `run` in the desk's line (`standing.ts`), amid its passes: it looks before a pass, or where a pass has seen
 * that the line is another, and every few seconds while others stand there. A desk that is worked alone looks no more.
 */
import type { Logger } from 'pino';
import type { AtWork, Claim } from '../workplace/claim.js';
import type { Presence } from '../workplace/presence.js';
import { PlaceInLine, type StandbyPace, StandsBy } from '../workplace/standing.js';
import type { DeskConnection } from './desk-connection.js';
import { type LineConnection, type LineDesk, RegisterLine } from './line-entries.js';
import { longestSilenceMs } from './poll.js';
import type { SessionOptions } from './session-options.js';
import { waitMs } from './timers.js';
import type { Traffic } from './traffic.js';

/** A process that is told to stop has not long to do so. */
const LEAVE_WITHIN_MS = 2_000;

export interface StandbyOptions {
  readonly presence: Presence;
  readonly pace: StandbyPace;
  /** In how many milliseconds at the latest a pass begins by itself. */
  readonly looksMs: () => number;
  readonly now: () => Date;
  readonly log: Logger;
  /** Is told whom this worker stands behind. */
  readonly traffic: Traffic;
  /** The desk's connection, which it may have given up for others. */
  readonly server: Pick<DeskConnection, 'isOpen'>;
}

/** null for a worker that does not stand in line. */
export function openStandby(
  { standby: pace, desk, now = (): Date => new Date(), log }: SessionOptions,
  about: Pick<StandbyOptions, 'presence' | 'traffic' | 'server'>,
): Standby | null {
  if (pace === undefined) return null;
  return new Standby({ ...about, pace, looksMs: () => longestSilenceMs(desk.poll), now, log });
}

export class Standby {
  readonly lookMs: number;
  readonly #options: StandbyOptions;
  #place: PlaceInLine | null = null;
  #entries: RegisterLine | null = null;
  /** The line is not as it was seen. */
  #isDoubtful = true;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.lookMs = options.pace.lookMs;
  }

  get hasCompany(): boolean {
    return this.#place?.hasCompany === true;
  }

  /** Before a pass looks at anything: throws StandsBy where another worker stands before this one. */
  async mayWork(desk: LineDesk, connection: LineConnection): Promise<void> {
    if (this.#entries?.connection !== connection) this.#entries = new RegisterLine(desk, connection);
    if (this.#isTakenAlone) return;
    const by = await this.#look((place, entries) => place.look(entries));
    if (by === null) return;
    const first = await this.#look((place, entries) => place.enter(entries));
    if (first !== null) this.#standBy(first);
  }

  /** Once it is known that a desk works in this mailbox, and before this worker changes anything. */
  async stand(): Promise<void> {
    if (this.#place?.isTaken !== true) {
      const by = await this.#look((place, entries) => place.enter(entries));
      if (by !== null) this.#standBy(by);
    }
    const { traffic, log, now } = this.#options;
    const before = traffic.standsBehind;
    traffic.standsBehind = null;
    if (before === null) return;
    traffic.stoodByUntil = now();
    log.info({ before }, `takes over this desk: ${before.command} on ${before.host} works here no more`);
  }

  get #isTakenAlone(): boolean {
    return this.#place?.isTaken === true && !this.hasCompany && !this.#isDoubtful;
  }

  #standBy(by: AtWork): never {
    const { host, pid, command, since } = by;
    const { traffic, now } = this.#options;
    traffic.standsBehind = { host, pid, command, since: since.toISOString() };
    traffic.stoodByUntil = now();
    throw new StandsBy(by);
  }

  /** What it sees of the line is looked at more closely before anything is changed. */
  #watching(claim: Claim): Claim {
    return {
      see: (sight) => {
        if (this.#place?.isAsSeen(sight.workers ?? []) !== true) this.#isDoubtful = true;
        claim.see(sight);
      },
      hold: async () => {
        if (this.#isDoubtful) await this.#lookAgain();
        await claim.hold();
      },
      release: () => claim.release(),
      wrote: (uid) => claim.wrote(uid),
    };
  }

  async #lookAgain(): Promise<void> {
    const by = await this.#look((place, entries) => place.look(entries));
    if (by !== null) this.#standBy(by);
  }

  /** Work under a claim, with signs of life, for it may take long. What such a look meets, the next change meets again. */
  async during<T>(claim: Claim, work: (claim: Claim) => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      if (this.hasCompany) void this.#look((place, entries) => place.look(entries)).catch(() => undefined);
    }, this.lookMs);
    try {
      return await work(this.#watching(claim));
    } finally {
      clearInterval(timer);
      await this.#looking;
    }
  }

  /**
   * Waits for mail as `wait` does, and looks at the line now and then where others stand there, for as long as there is a
   * connection. Who has given it up for other desks looks with its next pass.
   */
  async waiting(wait: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (this.hasCompany) {
      const look = AbortSignal.timeout(this.lookMs);
      await wait(AbortSignal.any([signal, look]));
      if (signal.aborted || !look.aborted) return;
      if (!this.#options.server.isOpen) break;
      const before = this.#entries?.inboxNext;
      const by = await this.#look((place, entries) => place.look(entries));
      // A pass finds out what to do; mail that came as the wait ended may not be announced again.
      if (by !== null || this.#place?.isTaken !== true || this.#entries?.inboxNext !== before) return;
    }
    await wait(signal);
  }

  /** Takes the own entry away, on the connection that is open. Who could not is taken out by others, in time. */
  async leave(): Promise<void> {
    const [place, entries] = [this.#place, this.#entries];
    if (place === null || entries === null) return;
    const late = new AbortController();
    const leaving = this.#looking.then(() => place.leave(entries));
    try {
      await Promise.race([leaving, waitMs(LEAVE_WITHIN_MS, late.signal)]);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the place in line could not be given up');
    } finally {
      late.abort();
    }
  }

  /** One look at a time. */
  #look<T>(work: (place: PlaceInLine, entries: RegisterLine) => Promise<T>): Promise<T> {
    const looked = this.#looking.then(async () => {
      const { presence, pace, looksMs, now } = this.#options;
      const { leaseMs } = pace;
      this.#place ??= new PlaceInLine({
        presence,
        looksMs: looksMs(),
        leaseMs,
        elapsed: () => performance.now(),
        now,
      });
      if (this.#entries === null) throw new Error('no desk is open');
      const done = await work(this.#place, this.#entries);
      this.#isDoubtful = false;
      return done;
    });
    this.#looking = looked.catch(() => undefined);
    return looked;
  }
}
