/** What the proxy has to know of a protocol: where a client's command begins, and where the server has answered it. */

/** A part of what a client sends. */
export interface ClientPiece {
  readonly bytes: Buffer;
  /** The name of the command that begins here; null for a further part of the last one. */
  readonly begins: string | null;
  /** Further parts of this command follow. */
  readonly more: boolean;
}

/** A part of what a server sends. */
export interface ServerPiece {
  readonly bytes: Buffer;
  /** Which command of this connection is hereby completed, counted from 0 (the greeting's); null for none. */
  readonly completes: number | null;
}

/** One connection, followed from its beginning. Being connected counts as its command 0, which the greeting completes. */
export interface Dialect {
  fromClient(bytes: Buffer): readonly ClientPiece[];
  fromServer(bytes: Buffer): readonly ServerPiece[];
}

/** Collects bytes and hands them out as whole lines, or as so many bytes. */
export class Gathered {
  #held = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#held = Buffer.concat([this.#held, bytes]);
  }

  get size(): number {
    return this.#held.length;
  }

  /** The next line with its end; null as long as it is not whole. */
  line(): Buffer | null {
    const end = this.#held.indexOf('\n');
    return end < 0 ? null : this.take(end + 1);
  }

  /** Everything up to the end of `mark`; null as long as it has not come. */
  through(mark: string): Buffer | null {
    const at = this.#held.indexOf(mark);
    return at < 0 ? null : this.take(at + mark.length);
  }

  startsWith(text: string): boolean {
    return this.#held.subarray(0, text.length).toString('latin1') === text;
  }

  /** At most so many bytes. */
  take(count: number): Buffer {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }
}
