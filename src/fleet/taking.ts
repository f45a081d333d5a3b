/** How a host takes desks: what it does not know is put back for those that do, and withdrawn where nobody does. */
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
    const { leases, log, desks, ask, apply, clock } = this.#options;
    const most = Math.min(count, AT_ONCE);
    let took = 0;
    const unknown: string[] = [];
    while (took < most && unknown.length < AT_ONCE) {
      const before = momentOf(clock);
      const taken = await ask(() => leases.take(most - took));
      if (taken.length === 0) break;
      const mine = taken.filter((desk) => known.has(desk));
      unknown.push(...taken.filter((desk) => !known.has(desk)));
      took += mine.length;
      desks.took(mine, before);
      apply();
    }
    if (took > 0) log.info({ taken: took, held: desks.held }, 'this host has taken desks');
    if (unknown.length > 0) await this.#passOver(unknown, meeting);
    return { took, passedOver: unknown.length > 0 };
  }

  async #passOver(unknown: readonly string[], meeting: Meeting): Promise<void> {
    const { leases, log, desks, passedOver, ask } = this.#options;
    const nobodys = new Set(passedOver.nobodys(unknown, meeting));
    const others = unknown.filter((desk) => !nobodys.has(desk));
    passedOver.beContent(desks.held, meeting);
    if (others.length > 0) {
      log.warn(
        { desks: others.length },
        'desks that this configuration does not hold are left to other hosts',
      );
      await ask(() => leases.giveBack(others));
    }
    if (nobodys.size === 0) return;
    log.warn({ desks: nobodys.size }, 'desks that no host takes, and this one does not know, are put away');
    await ask(() => leases.withdraw([...nobodys]));
  }
}
