/**
 * Whose turn it is on a connection. Most work has it alone. What only reads may begin as soon as what reads before it has sent
 * all of its commands, and ends in the order of the answers; all else waits until every one before it is done.
 */
export class Turns {
  /** All that was begun is over. */
  #done: Promise<unknown> = Promise.resolve();
  /** The last of it has sent all of its commands. */
  #sent: Promise<unknown> = Promise.resolve();
  #queued = 0;

  /** Whether other work waits for the present one to end. */
  get wanted(): boolean {
    return this.#queued > 1;
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#queued += 1;
    const turn = this.#done.then(work);
    this.#done = turn.catch(() => undefined);
    this.#sent = this.#done;
    try {
      return await turn;
    } finally {
      this.#queued -= 1;
    }
  }

  /** `work` calls `sent` once it will send nothing more; its end says so, too. */
  async ahead<T>(work: (sent: () => void) => Promise<T>): Promise<T> {
    this.#queued += 1;
    const turn = new Promise<T>((resolve, reject) => {
      const [before, allBefore] = [this.#sent, this.#done];
      this.#sent = new Promise<void>((sent) => {
        const reading = before.then(() => work(sent)).finally(sent);
        reading.then(resolve, reject);
        // What was read must not be held by it.
        this.#done = Promise.allSettled([allBefore, reading]).then(() => undefined);
      });
    });
    try {
      return await turn;
    } finally {
      this.#queued -= 1;
    }
  }
}
