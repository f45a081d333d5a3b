/** What servers have told of folders, by their paths. It may outlive a connection, and serve the next one to the same account. */
export class KnownFolders {
  /** How many messages lay in each when that was told last. */
  readonly messages = new Map<string, number>();
  /**
   * SELECT has said of these that they keep no mod-sequences (NOMODSEQ, RFC 7162 §3.1.2.2). Dovecot with its index in memory tells a
   * HIGHESTMODSEQ all the same in STATUS, one that stands still, and refuses CHANGEDSINCE (measured on 2.3).
   */
  readonly withoutModseq = new Set<string>();
}
