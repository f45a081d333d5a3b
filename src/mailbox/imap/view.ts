/** What a session has been shown of the folder that it has selected. */
export class View {
  readonly path: string;
  /** Messages up to this UID are shown, as far as they are there. */
  #shownUpTo = 0;
  /** The highest UID that this session has appended. The next NOOP shows it. */
  #appendedUpTo = 0;

  /** Empty where no folder is selected. */
  constructor(path: string) {
    this.path = path;
  }

  get appendedUpTo(): number {
    return this.#appendedUpTo;
  }

  /** The server has told of these: it shows them, and all below them. */
  shown(uids: Iterable<number>): void {
    for (const uid of uids) this.#shownUpTo = Math.max(this.#shownUpTo, uid);
  }

  appended(uids: readonly number[]): void {
    this.#appendedUpTo = Math.max(this.#appendedUpTo, ...uids);
  }

  shows(uids: readonly number[]): boolean {
    return uids.every((uid) => uid <= this.#shownUpTo);
  }
}
