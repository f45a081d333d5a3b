/**
 * Desks that a host gives back: each as soon as nothing works on it any more. A desk may take minutes to stop, where a
 * connection is dead; no other waits for it.
 */
import type { Failing } from './failing.js';
import type { HeldDesks } from './held-desks.js';
import type { MemberOptions } from './member-options.js';

export class Releases {
  readonly #options: Pick<MemberOptions, 'leases' | 'log' | 'stopped'>;
  readonly #desks: HeldDesks;
  readonly #failing: Failing;
  /** They have stopped, and are to be given back together. */
  #ended: string[] = [];
  #giving: Promise<void> | null = null;

  constructor(
    options: Pick<MemberOptions, 'leases' | 'log' | 'stopped'>,
    { desks, failing }: { readonly desks: HeldDesks; readonly failing: Failing },
  ) {
    this.#options = options;
    this.#desks = desks;
    this.#failing = failing;
  }

  /** Of desks that were told to stop: resolves when none of them is held any more. Never rejects. */
  async release(desks: readonly string[]): Promise<void> {
    await Promise.all(
      desks.map(async (desk) => {
        await this.#options.stopped(desk);
        await this.#giveBack(desk);
      }),
    );
  }

  async #giveBack(desk: string): Promise<void> {
    this.#ended.push(desk);
    this.#giving ??= this.#giveAll();
    await this.#giving;
  }

  async #giveAll(): Promise<void> {
    // What has stopped in the same moment goes together.
    await Promise.resolve();
    while (this.#ended.length > 0) await this.#give(this.#desks.left(this.#ended.splice(0)));
    this.#giving = null;
  }

  async #give(desks: readonly string[]): Promise<void> {
    if (desks.length === 0) return;
    const { leases, log } = this.#options;
    try {
      await leases.giveBack(desks, this.#failing.told(desks));
      log.info({ given: desks.length, held: this.#desks.held }, 'this host has given desks back');
    } catch (error) {
      log.warn(
        { err: error, desks: desks.length },
        'desks could not be given back: other hosts take them when their leases end',
      );
    }
  }
}
