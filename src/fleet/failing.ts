/**
 * Desks whose passes fail on this host, and may not on another: no way out to that server, no sign-in on this machine. They
 * are given back while another host has room and fewer such desks by half. Where a mail server is away, it is so for all hosts,
 * and desks are not to wander: each host says how many fail on it, and takes one that it gave back only after a pause that grows.
 */
import type { HeldDesks } from './held-desks.js';
import type { Meeting } from './leases.js';
import type { MemberOptions } from './member-options.js';
import { type Moment, momentOf, msSince } from './moment.js';

/** So long every pass of a desk has failed that is given back, and that is told to the others. */
const GIVEN_BACK_AFTER_MS = 5 * 60_000;
const TOLD_AFTER_MS = 60_000;
const FIRST_PAUSE_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

interface Pause {
  readonly at: Moment;
  readonly ms: number;
}

export class Failing {
  readonly #options: Pick<MemberOptions, 'clock' | 'failing' | 'self'>;
  readonly #pauses = new Map<string, Pause>();

  constructor(options: Pick<MemberOptions, 'clock' | 'failing' | 'self'>) {
    this.#options = options;
  }

  /** For the others. */
  get count(): number {
    return this.#options.failing?.(TOLD_AFTER_MS).length ?? 0;
  }

  /** Whether this host leaves it to others for now. */
  isLeft(desk: string): boolean {
    const pause = this.#pauses.get(desk);
    return pause !== undefined && msSince(pause.at, this.#options.clock) < pause.ms;
  }

  /** Those that are to be given back now: for this host their pauses begin. */
  toGiveBack(desks: HeldDesks, { hosts }: Pick<Meeting, 'hosts'>): readonly string[] {
    const { failing, self, clock } = this.#options;
    const all = failing?.(GIVEN_BACK_AFTER_MS) ?? [];
    const isBetter = hosts.some(
      (host) =>
        host.id !== self.id &&
        (host.capacity === null || host.held < host.capacity) &&
        2 * host.failing < all.length,
    );
    const due = isBetter ? all.filter((desk) => desks.stays(desk) && !this.isLeft(desk)) : [];
    for (const desk of due) this.#pauses.set(desk, { at: momentOf(clock), ms: this.#nextMs(desk) });
    return due;
  }

  /** One that was not given back for an hour after its pause begins anew. */
  #nextMs(desk: string): number {
    const pause = this.#pauses.get(desk);
    if (pause === undefined || msSince(pause.at, this.#options.clock) >= pause.ms + LONGEST_PAUSE_MS)
      return FIRST_PAUSE_MS;
    return Math.min(2 * pause.ms, LONGEST_PAUSE_MS);
  }
}
