/** The shape of a message's body as BODYSTRUCTURE tells it (RFC 9051 §7.5.2), without any of its content. */
export interface MessagePart {
  /**
   * The IMAP part number, "1" for the only part of a message that is not multipart; "" for a multipart root, and "TEXT"
   * for one whose parts nobody has told.
   */
  readonly path: string;
  /** Lower-case media type, such as "text/plain". */
  readonly type: string;
  readonly charset: string | null;
  /** Lower-case Content-Transfer-Encoding, or null. */
  readonly encoding: string | null;
  /** Bytes as transferred. */
  readonly size: number;
  readonly disposition: 'inline' | 'attachment' | null;
  /** Decoded, but not yet made safe to show. */
  readonly fileName: string | null;
  readonly children: readonly MessagePart[];
  /** Content-ID without its brackets (RFC 2392), where there is one. */
  readonly contentId?: string;
  /** Of text in `format=flowed` (RFC 3676 §4): whether the space at a soft line end goes with it. */
  readonly flowed?: 'yes' | 'delsp';
  /** Lower-case `smime-type` (RFC 8551 §3.2.2). */
  readonly smimeType?: string;
  /** Of an attached message: what its header says, decoded and made safe to show; '' for what it does not say. */
  readonly about?: AboutMessage;
  /** Of a multipart whose parts were not told: the header block above it, with its empty line. */
  readonly header?: Buffer;
}

export interface AboutMessage {
  readonly subject: string;
  readonly from: string;
}
