/** What a session has been shown of the folder that it has selected. */
/** From here on it may take a server longer to select a folder than an answer to travel. */
const LARGE = 5000;

export class View {
  readonly path: string;
  /** How many there were when it was selected, or the time before as long as that is not answered. */
  messages: number;
  /** Messages up to this UID are shown, as far as they are there. */
  #shownUpTo = 0;
  /** The highest UID that this session has appended. The next NOOP shows it. */
  #appendedUpTo = 0;

  /** Empty where no folder is selected. */
  constructor(path: string, messages = 0) {
    this.path = path;
    this.messages = messages;
  }

  get isLarge(): boolean {
    return this.messages > LARGE;
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
