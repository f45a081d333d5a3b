/** The port through which mail leaves. One call is one envelope. */
export interface Envelope {
  /** Envelope sender; empty for the null sender. */
  readonly from: string;
  readonly to: string;
}

/** Nothing of a message was sent, since the one before it was not taken. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun';

  constructor() {
    super('a message was not begun: the one before it was not taken');
  }
}

export interface Courier {
  /**
   * How many messages may be in hand at once, just now: at least one. It may grow as the server takes messages, and
   * shrink where it wants fewer connections.
   */
  readonly connections: number;
  /**
   * Hands one message over, as it is. Resolves once the server has taken it. Throws a Problem, whose code says what
   * the failure means (`responses.ts`):
   *
   * - a MailRefusal: what the server said of this one message.
   *   - `smtp-recipient-refused`, `smtp-too-large`, `smtp-message-refused`: for good, and for this message alone.
   *   - `smtp-deferred`: the server wants it later.
   *   - `smtp-refused`: for good, and not shown to be about this message. Whoever sends compares it with other mail.
   * - any other code: the server can take no mail at all now. The message is not to blame, and must
   *   wait even where the Problem is not temporary.
   *
   * After a failure that is not a MailRefusal the message may have been taken all the same.
   *
   * `behind` is the envelope, that very object, of a message that was handed over before and may not be answered yet. This
   * one is sent only if that one is taken, and after it; throws NotBegun otherwise. It is no further message in hand as
   * long as that one is not answered. One message at most may be behind another.
   */
  send(envelope: Envelope, raw: Buffer, behind?: Envelope): Promise<void>;
  /** Waits for all that is in hand. */
  close(): Promise<void>;
}
