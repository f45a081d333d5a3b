/**
 * Desks that a host takes and does not work, since its configuration does not hold them, or they have failed here: they are put
 * back, and left to other hosts for some time.
 *
 * - What is put back is what is taken next, so that many desks are not counted among those that wait.
 * - What comes back again and again is nobody's, or so it seems: it is withdrawn, and whoever knows it offers it again.
 * - A host that got what it does not know as a part of its share, or gave back what fails here, asks for no more than it has, until
 *   something has changed: the others would give it the same ones again.
 */
import type { HostState, Meeting } from './leases.js';
import { type MemberClock, type Moment, momentOf, msSince } from './moment.js';

/** So long what was put back is left to the others. They take what waits for longer than planner.ts has patience. */
const LEFT_MS = 30_000;
/** What was put back for so long, and always came back, nobody takes. Of what this host could work it is soon said. */
const NOBODYS_MS = 2 * 60_000;
const NOBODY_ELSES_MS = 20_000;
/** If it has not come back for so long, somebody had taken it. */
const TAKEN_MS = 90_000;
/** After so long it asks for its share again, whatever it got. */
const CONTENT_MS = 60 * 60_000;

interface Seen {
  readonly first: Moment;
  readonly last: Moment;
}

export class PassedOver {
  readonly #clock: MemberClock;
  readonly #seen = new Map<string, Seen>();
  #putBack: { readonly count: number; readonly at: Moment } | null = null;
  /** How many it has, and among which hosts. */
  #content: { readonly held: number; readonly hosts: string; readonly at: Moment } | null = null;

  constructor(clock: MemberClock) {
    this.#clock = clock;
  }

  /** The configuration is another one. */
  forget(): void {
    this.#seen.clear();
    this.#putBack = null;
    this.#content = null;
  }

  /** Of so many that wait, those that were not just put back from here. */
  others(waiting: number): number {
    const { count, at } = this.#putBack ?? { count: 0, at: null };
    if (at === null || msSince(at, this.#clock) >= LEFT_MS) return waiting;
    // What was put back and has been taken is not there any more: who comes next counts.
    if (waiting < count) this.#putBack = { count: waiting, at };
    return Math.max(waiting - count, 0);
  }

  /** It has met these; answers those that nobody takes. All others are to be put back. */
  nobodys(
    desks: readonly string[],
    { known, meeting: { hosts } }: { readonly known: ReadonlySet<string>; readonly meeting: Meeting },
  ): readonly string[] {
    const now = momentOf(this.#clock);
    for (const desk of desks) {
      const seen = this.#seen.get(desk);
      const isAnew = seen === undefined || msSince(seen.last, this.#clock) >= TAKEN_MS;
      this.#seen.set(desk, { first: isAnew ? now : seen.first, last: now });
    }
    const nobodys = desks.filter((desk) => {
      const { first = now } = this.#seen.get(desk) ?? {};
      const patienceMs = known.has(desk) ? NOBODY_ELSES_MS : NOBODYS_MS;
      return hosts.length <= 1 || msSince(first, this.#clock) >= patienceMs;
    });
    for (const desk of nobodys) this.#seen.delete(desk);
    this.#putBack = { count: desks.length - nobodys.length, at: now };
    return nobodys;
  }

  /** What it got as a part of its share were not all known ones, or fail here: it asks for no more than it has now. */
  beContent(held: number, { hosts }: Pick<Meeting, 'hosts'>): void {
    this.#content = { held, hosts: idsOf(hosts), at: momentOf(this.#clock) };
  }

  /** The most that it asks for; null for any number. */
  most({ hosts }: Pick<Meeting, 'hosts'>): number | null {
    if (this.#content === null || hosts.length <= 1) return null;
    const { held, hosts: among, at } = this.#content;
    if (among === idsOf(hosts) && msSince(at, this.#clock) < CONTENT_MS) return held;
    this.#content = null;
    return null;
  }
}

export function idsOf(hosts: readonly HostState[]): string {
  return hosts.map(({ id }) => id).join();
}
