/** Commands that are on their way at the same time: each is sent in its turn, and nobody waits for the answers before it. */
import type { Wire } from './wire.js';

export class Flight {
  readonly #wire: Wire;
  #unanswered = 0;
  #answers: Promise<unknown> = Promise.resolve();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** How many are on their way. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Settles when each that was sent before has been answered. */
  async landed(): Promise<void> {
    await this.#answers;
  }

  /**
   * Settles once the command is sent, or cannot be; `answer` is of the command. imapflow asks of a folder before it selects it for
   * the first time: with `verb`, that does not count.
   */
  async send<T>(command: () => Promise<T>, verb?: string): Promise<{ readonly answer: Promise<T> }> {
    this.#wire.hasTurn = true;
    this.#unanswered += 1;
    let sent = this.#wire.nextCommand();
    const answer = command();
    const answered = (): undefined => {
      this.#unanswered -= 1;
    };
    // Whoever waits for the answer is told what is wrong with it.
    const over = answer.then(answered, answered);
    this.#answers = Promise.all([this.#answers, over]);
    const isOther = (next: string | undefined): boolean => next !== undefined && next !== (verb ?? next);
    while (isOther(await Promise.race([sent, over]))) sent = this.#wire.nextCommand();
    this.#wire.hasTurn = false;
    return { answer };
  }
}
