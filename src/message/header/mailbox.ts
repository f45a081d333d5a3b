/** A person or program as an address field names it. */
export interface Mailbox {
  /** Decoded and cleaned display name, '' if there is none. */
  readonly name: string;
  /** Canonical addr-spec: local part as written, domain in lower case A-labels. */
  readonly address: string;
}
