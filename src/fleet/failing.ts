/**
 * Desks whose passes fail on this host, and may not on another: no way out to that server, no sign-in on this machine. They
 * are given back while another host has room, and half as many of its desks fail or fewer. Where a mail server is away, it is so
 * for all hosts, and desks are not to wander: each host says how many fail on it, and with the lease goes since when a desk fails
 * and how often it has moved for that. After two moves it stays.
 */
import type { HeldDesks } from './held-desks.js';
import type { Failed, HostState, Meeting } from './leases.js';
import type { Fails, MemberOptions } from './member-options.js';
import { type Moment, momentOf, msSince } from './moment.js';
import type { PassedOver } from './passed-over.js';

/** So long every pass of a desk has failed that is given back, and that is told to the others. */
const GIVEN_BACK_AFTER_MS = 5 * 60_000;
const TOLD_AFTER_MS = 60_000;
/** What it gave back it leaves to others for so long. */
const LEFT_MS = 10 * 60_000;
const MOST_MOVES = 2;

export interface FailingOptions extends Pick<MemberOptions, 'clock' | 'failing' | 'self' | 'leases'> {
  readonly desks: HeldDesks;
  readonly passedOver: PassedOver;
}

export class Failing {
  readonly #options: FailingOptions;
  readonly #left = new Map<string, Moment>();
  /** When each host was met first. */
  #met: ReadonlyMap<string, Moment> = new Map();
  /** What is to be told of desks with their leases. */
  readonly #told = new Map<string, Failed>();

  constructor(options: FailingOptions) {
    this.#options = options;
  }

  /** For the others. */
  get count(): number {
    return this.#movable(TOLD_AFTER_MS).length;
  }

  /** Whether this host leaves it to others for now. */
  isLeft(desk: string): boolean {
    const at = this.#left.get(desk);
    if (at === undefined) return false;
    const isLeft = msSince(at, this.#options.clock) < LEFT_MS;
    if (!isLeft) this.#left.delete(desk);
    return isLeft;
  }

  /**
   * Those that are to be given back now: for some time this host leaves them to others, and asks for no others in their place, of
   * which as many would fail.
   */
  toGiveBack({ hosts }: Pick<Meeting, 'hosts'>): readonly string[] {
    const { self, clock, leases, desks, passedOver } = this.#options;
    const all = this.#movable(GIVEN_BACK_AFTER_MS);
    const others = hosts.filter(({ id }) => id !== self.id);
    this.#met = new Map(others.map(({ id }) => [id, this.#met.get(id) ?? momentOf(clock)]));
    const share = all.length / Math.max(desks.held, 1);
    if (!others.some((host) => this.#isBetter(host, share))) return [];
    const most = Math.min(MOST_MOVES, others.length);
    const due = all.filter(
      ([desk]) => desks.stays(desk) && !this.isLeft(desk) && (leases.failed(desk)?.moves ?? 0) < most,
    );
    for (const [desk] of due) this.#left.set(desk, momentOf(clock));
    if (due.length > 0) passedOver.beContent(desks.staying - due.length, { hosts });
    return due.map(([desk]) => desk);
  }

  #movable(forMs: number): readonly (readonly [string, Fails])[] {
    return [...(this.#options.failing?.(forMs) ?? [])].filter(([, { mayMove }]) => mayMove);
  }

  /** One that has just come has not had the time to see what fails on it. */
  #isBetter({ id, capacity, held, failing }: HostState, share: number): boolean {
    const met = this.#met.get(id);
    const isKnown = met !== undefined && msSince(met, this.#options.clock) >= GIVEN_BACK_AFTER_MS;
    return isKnown && (capacity === null || held < capacity) && 2 * (failing / Math.max(held, 1)) < share;
  }

  /** They are about to be stopped, because they fail (a move) or for another reason: that they fail is not forgotten. */
  leaves(leaving: readonly string[], moves: 0 | 1): void {
    const { failing, leases, desks } = this.#options;
    const all = failing?.(0);
    // Of what is being stopped already it was noted.
    for (const desk of leaving.filter((one) => desks.stays(one))) {
      const { since } = all?.get(desk) ?? {};
      if (since === undefined) this.#told.delete(desk);
      else this.#told.set(desk, { since, moves: (leases.failed(desk)?.moves ?? 0) + moves });
    }
  }

  /** What is to be told of these as they are given back. Once. */
  told(desks: readonly string[]): ReadonlyMap<string, Failed> {
    const told = new Map(
      desks.flatMap((desk) => {
        const failed = this.#told.get(desk);
        return failed === undefined ? [] : [[desk, failed] as const];
      }),
    );
    for (const desk of desks) this.#told.delete(desk);
    return told;
  }

  /** Of what failed elsewhere, what goes well here. */
  async mend(): Promise<void> {
    const { failing, leases, desks } = this.#options;
    const told = desks.leased().filter((desk) => leases.failed(desk) !== null);
    if (told.length === 0) return;
    const all = failing?.(0);
    const mended = told.filter((desk) => all?.has(desk) !== true);
    if (mended.length > 0) await leases.mended(mended);
  }
}
