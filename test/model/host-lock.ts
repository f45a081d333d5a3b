/** The host-wide lock of a desk as the model has it: a holder that dies sets it free, as the kernel does. */
import type { Scheduler } from './scheduler.js';

export class HostLock {
  readonly #scheduler: Scheduler;
  #holder: string | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Takes the lock if it is free; answers whether it did. */
  tryAcquire(actor: string): boolean {
    if (!this.#free()) return false;
    this.#holder = actor;
    return true;
  }

  /** Waits for the lock and takes it. */
  async acquire(actor: string): Promise<void> {
    await this.#scheduler.until(actor, 'lock', () => this.#free());
    this.#holder = actor;
  }

  release(actor: string): void {
    if (this.#holder === actor) this.#holder = null;
  }

  #free(): boolean {
    return this.#holder === null || this.#scheduler.isDead(this.#holder);
  }
}
