/** Tells the log that mail waits in the outbox: once for each trouble, however many passes meet it, and that it is over. */
import type { Problem } from '../../problem/problem.js';

type Level = 'debug' | 'info' | 'error';
type Log = Readonly<Record<Level, (fields: object, message: string) => void>>;

export class WaitingMail {
  readonly #log: Log;
  /** Codes of which the log was told since mail began to wait. Some take turns, such as what is refused and what is waited for. */
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What keeps mail waiting after a pass; null if nothing does. */
  passed(delivery: Problem | null): void {
    if (delivery === null) {
      if (this.#told.size > 0) this.#log.info({}, 'mail leaves the outbox again');
      this.#told.clear();
      return;
    }
    const { code, message } = delivery;
    const level = this.#told.has(code) ? 'debug' : 'error';
    this.#told.add(code);
    this.#log[level]({ code }, `mail waits in the outbox: ${message}`);
  }
}
