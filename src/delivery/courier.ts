/** The port through which mail leaves. One call is one envelope. */
export interface Envelope {
  /** Envelope sender; empty for the null sender. */
  readonly from: string;
  readonly to: string;
}

export interface Courier {
  /**
   * Hands one message over, as it is. Resolves once the server has taken it.
   * Throws a Problem: `temporary` (4xx, connection, time-out) means that it may be tried again,
   * otherwise the server has refused this recipient or message for good.
   */
  send(envelope: Envelope, raw: Buffer): Promise<void>;
  close(): Promise<void>;
}
