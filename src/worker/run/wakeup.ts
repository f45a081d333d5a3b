/**
 * Why a worker should look again. Calls while it is busy are kept as one: however many there were, it looks once more.
 *
 * There are two kinds. `wake` says that there may be work; a pause after a failure goes on all the same. `hurry` says
 * that something may have been mended, and ends such a pause as well.
 */
export class Wakeup {
  #pending = false;
  #hurry = new AbortController();
  #waiting: (() => void) | null = null;

  /** Whether it was called since the last `clear`. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Aborted by the first `hurry` since the last `clear`. */
  get hurried(): AbortSignal {
    return this.#hurry.signal;
  }

  /** Ends the wait, or the next one if nobody is waiting. */
  wake(): void {
    this.#pending = true;
    this.#waiting?.();
  }

  /** Ends the wait or the pause, or the next one. */
  hurry(): void {
    this.#hurry.abort();
    this.wake();
  }

  /** Forgets what has come so far: the caller is about to look. */
  clear(): void {
    this.#pending = false;
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
  }

  /** Resolves when woken, or when the signal is aborted. One at a time may wait. */
  wait(signal: AbortSignal): Promise<void> {
    if (this.#pending || signal.aborted) return Promise.resolve();
    return new Promise((fulfil) => {
      const finish = () => {
        this.#waiting = null;
        signal.removeEventListener('abort', finish);
        fulfil();
      };
      this.#waiting = finish;
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}
