/**
 * Why a worker should look again. Calls while it is busy are kept as one: however many there were, it looks once more.
 */
export class Wakeup {
  #pending = false;
  #waiting: (() => void) | null = null;

  /** Whether it was called since the last `clear`. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Ends the wait, or the next one if nobody is waiting. */
  wake(): void {
    this.#pending = true;
    this.#waiting?.();
  }

  /** Forgets what has come so far: the caller is about to look. */
  clear(): void {
    this.#pending = false;
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
