/**
 * How a host takes desks. What it does not know is put back for those that do, and withdrawn where nobody does; one that has
 * failed here is put back for some time, and taken where nobody else does.
 */
import type { Failing } from './failing.js';
import type { HeldDesks } from './held-desks.js';
import type { Meeting } from './leases.js';
import type { MemberOptions } from './member-options.js';
import { momentOf } from './moment.js';
import type { PassedOver } from './passed-over.js';

/** What is met in one round, so that renewals come in time. */
const AT_ONCE = 2_000;

export interface TakingOptions extends Pick<MemberOptions, 'leases' | 'log' | 'clock'> {
  readonly desks: HeldDesks;
  readonly passedOver: PassedOver;
  readonly failing: Failing;
  /** Rejects where the answer is out of date. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T>;
  /** Works on what is held. */
  readonly apply: () => void;
}

export interface Took {
  readonly took: number;
  /** Some were put back, or withdrawn. */
  readonly passedOver: boolean;
}

export class Taking {
  readonly #options: TakingOptions;

  constructor(options: TakingOptions) {
    this.#options = options;
  }

  async take(
    count: number,
    { known, meeting }: { readonly known: ReadonlySet<string>; readonly meeting: Meeting },
  ): Promise<Took> {
    const { leases, log, desks, ask, apply, clock, failing } = this.#options;
    const most = Math.min(count, AT_ONCE);
    let took = 0;
    const others: string[] = [];
    while (took < most && others.length < AT_ONCE) {
      const before = momentOf(clock);
      const taken = await ask(() => leases.take(most - took));
      if (taken.length === 0) break;
      const isMine = (desk: string): boolean => known.has(desk) && !failing.isLeft(desk);
      const mine = taken.filter(isMine);
      others.push(...taken.filter((desk) => !isMine(desk)));
      took += mine.length;
      desks.took(mine, before);
      apply();
    }
    if (took > 0) log.info({ taken: took, held: desks.held }, 'this host has taken desks');
    if (others.length > 0) took += await this.#passOver(others, { known, meeting });
    return { took, passedOver: others.length > 0 };
  }

  /** Answers how many it works on all the same, since nobody else does. */
  async #passOver(
    met: readonly string[],
    { known, meeting }: { readonly known: ReadonlySet<string>; readonly meeting: Meeting },
  ): Promise<number> {
    const { leases, log, desks, passedOver, ask, apply, clock } = this.#options;
    const nobodys = new Set(passedOver.nobodys(met, { known, meeting }));
    const others = met.filter((desk) => !nobodys.has(desk));
    const own = [...nobodys].filter((desk) => known.has(desk));
    const unknown = [...nobodys].filter((desk) => !known.has(desk));
    desks.took(own, momentOf(clock));
    apply();
    passedOver.beContent(desks.held, meeting);
    if (others.length > 0) {
      log.warn(
        { desks: others.length },
        'desks that this host does not know, or that fail on it, are left to others',
      );
      await ask(() => leases.giveBack(others));
    }
    if (unknown.length > 0) {
      log.warn(
        { desks: unknown.length },
        'desks that no host takes, and this one does not know, are put away',
      );
      await ask(() => leases.withdraw(unknown));
    }
    return own.length;
  }
}
