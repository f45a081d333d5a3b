/** Commands that are on their way at the same time: each is sent in its turn, and nobody waits for the answers before it. */
import type { Wire } from './wire.js';

/** What may be sent, and what of it is the command itself. imapflow asks of a folder before it selects it for the first time. */
const KINDS = {
  select: { allowed: ['SELECT', 'EXAMINE', 'LIST', 'LSUB', 'XLIST', 'STATUS'], own: ['SELECT', 'EXAMINE'] },
  read: { allowed: ['UID SEARCH', 'UID FETCH'], own: ['UID SEARCH', 'UID FETCH'] },
  news: { allowed: ['NOOP'], own: ['NOOP'] },
};

/** After so many reads in a row that were of use only when they were done once more, the server is taken for one that minds. */
const MOST_IN_VAIN = 5;

/**
 * Cyrus 3.6 gives the second of two answers to the network only when the first is acknowledged (RFC 896), which a client's system
 * puts off for 40 ms where it has nothing to say: together they take longer than one after the other, eight times as long on loopback.
 */
const SLOW_TOGETHER = /cyrus/i;

export class Flight {
  readonly #wire: Wire;
  #unanswered = 0;
  #answers: Promise<void> = Promise.resolve();
  #inVain = 0;
  readonly #isHeldBack: boolean;

  /** `server` is its name as it tells it (ID, RFC 2971). */
  constructor(wire: Wire, server: string) {
    this.#wire = wire;
    this.#isHeldBack = SLOW_TOGETHER.test(server);
  }

  /** How many are on their way. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whether it is worth sending anything ahead. */
  get isWorthIt(): boolean {
    return !this.#isHeldBack && this.#inVain < MOST_IN_VAIN;
  }

  /** Whether a read has gone well, or failed and went well alone. What fails alone as well says nothing about the server. */
  judge(wentWell: boolean): void {
    this.#inVain = wentWell ? 0 : this.#inVain + 1;
  }

  /** Settles when each that was sent before has been answered. */
  landed(): Promise<void> {
    return this.#answers;
  }

  /** Settles once the command is sent, or cannot be; `answer` is of the command. */
  async send<T>(
    kind: keyof typeof KINDS,
    command: () => Promise<T>,
  ): Promise<{ readonly answer: Promise<T> }> {
    const { allowed, own } = KINDS[kind];
    this.#wire.mayBeSent = allowed;
    this.#unanswered += 1;
    let sent = this.#wire.nextCommand();
    const answer = command();
    const answered = (): undefined => {
      this.#unanswered -= 1;
    };
    // Whoever waits for the answer is told what is wrong with it.
    const over = answer.then(answered, answered);
    // Nothing of the answers may be held by it.
    this.#answers = Promise.all([this.#answers, over]).then(() => undefined);
    const isOther = (next: string | undefined): boolean => next !== undefined && !own.includes(next);
    while (isOther(await Promise.race([sent, over]))) sent = this.#wire.nextCommand();
    this.#wire.mayBeSent = [];
    return { answer };
  }
}
