/**
 * Which desks a host offers: those that are new to it, those that it works on without a lease, and, where fewer are there than
 * it knows of, all of them. After Redis was emptied each host begins with what it works on: so next to nothing moves.
 */
import type { HeldDesks } from './held-desks.js';
import type { Meeting } from './leases.js';
import { type MemberClock, type Moment, momentOf, msSince } from './moment.js';

/** What is offered in one round, so that renewals come in time. */
const AT_ONCE = 2_000;
/** Desks that went with the memory of Redis are left so long to the hosts that work on them, before all are offered. */
const LEFT_TO_OTHERS_MS = 9_000;

export interface OfferingOptions {
  /** Of this host. */
  readonly id: string;
  readonly clock: MemberClock;
  readonly desks: HeldDesks;
}

export class Offering {
  readonly #options: OfferingOptions;
  /** Known for the first time, and not offered yet: that none is missing in number says nothing of these. */
  #fresh: readonly string[] = [];
  /** Since when desks are missing. */
  #short: Moment | null = null;

  constructor(options: OfferingOptions) {
    this.#options = options;
  }

  /** Of more than can be offered at once, those that are missing are found by their number. */
  knows(fresh: readonly string[]): void {
    if (fresh.length <= AT_ONCE) this.#fresh = [...new Set([...this.#fresh, ...fresh])].slice(0, AT_ONCE);
  }

  /** What is to be offered now, the first ones first. */
  due(known: ReadonlySet<string>, meeting: Meeting): readonly string[] {
    const { clock, desks } = this.#options;
    const isShort = meeting.waiting + meeting.taken < known.size;
    if (!isShort) this.#short = null;
    else if (desks.all().length > 0) this.#short ??= momentOf(clock);
    const mayAll = isShort && (this.#short === null || msSince(this.#short, clock) >= LEFT_TO_OTHERS_MS);
    const fresh = this.#fresh.filter((desk) => known.has(desk));
    const all = [...desks.loose, ...fresh, ...(mayAll ? this.#othersIn(known, meeting) : [])];
    return [...new Set(all)].slice(0, AT_ONCE);
  }

  offered(desks: readonly string[]): void {
    const there = new Set(desks);
    this.#fresh = this.#fresh.filter((desk) => !there.has(desk));
  }

  /** Known desks that this host does not work on. Each host begins at another place: there may be many. */
  #othersIn(known: ReadonlySet<string>, { hosts }: Meeting): readonly string[] {
    const { id: own, desks } = this.#options;
    const others = [...known].filter((desk) => !desks.has(desk));
    const place = hosts.findIndex(({ id }) => id === own);
    const first = Math.floor((others.length * Math.max(place, 0)) / Math.max(hosts.length, 1));
    return [...others.slice(first), ...others.slice(0, first)];
  }
}
