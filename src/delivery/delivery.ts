/** One message on its way over a courier's lines, as the one that goes behind it sees it. */
import type { Envelope } from './courier.js';
import type { Held } from './smtp-lines.js';

export class Delivery {
  readonly envelope: Envelope;
  readonly raw: Buffer;
  /** Another one goes behind it. */
  isFollowed = false;
  /** That one has its line, and gives it back. */
  hasLeftLine = false;
  /** Its line broke off, and nobody knows whether it was taken. */
  isBroken = false;
  /** Resolves at its end. */
  readonly isTaken: Promise<boolean>;
  readonly #ahead: Promise<Held | null>;
  #isOver = false;
  #end: (isTaken: boolean) => void = () => undefined;
  #write: (held: Held | null) => void = () => undefined;

  constructor(envelope: Envelope, raw: Buffer) {
    this.envelope = envelope;
    this.raw = raw;
    this.isTaken = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#ahead = new Promise((resolve) => {
      this.#write = resolve;
    });
  }

  /** Its text has gone over that line, which takes another one's envelope before the answer. */
  written(held: Held): void {
    this.#write(held);
  }

  end(isTaken: boolean): void {
    this.#isOver = true;
    this.#write(null);
    this.#end(isTaken);
  }

  /** Resolves with its line once an envelope may go out behind it; null if it is over before that. */
  async takesAhead(): Promise<Held | null> {
    const held = await this.#ahead;
    return held !== null && !this.#isOver && held.line.takesAhead ? held : null;
  }
}
