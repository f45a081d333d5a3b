/** The shape of a message's body as BODYSTRUCTURE tells it (RFC 9051 §7.5.2), without any of its content. */
export interface MessagePart {
  /** The IMAP part number, "1" for the only part of a message that is not multipart; "" for a multipart root. */
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
}
