/** Bytes over connections that come and go: a counter that never falls, of those that are open and those that were. */
export interface Bytes {
  readonly received: number;
  readonly sent: number;
}

export class ByteCount {
  #ended: Bytes = { received: 0, sent: 0 };
  readonly #open = new Set<() => Bytes>();

  /** A connection, by what it says of itself. Answers what is to be called at its end; more than once does no harm. */
  readonly opened = (read: () => Bytes): (() => void) => {
    this.#open.add(read);
    return () => {
      if (this.#open.delete(read)) this.#ended = sum([this.#ended, read()]);
    };
  };

  get total(): Bytes {
    return sum([this.#ended, ...[...this.#open].map((read) => read())]);
  }
}

function sum(all: readonly Bytes[]): Bytes {
  let [received, sent] = [0, 0];
  for (const one of all) {
    received += one.received;
    sent += one.sent;
  }
  return { received, sent };
}
