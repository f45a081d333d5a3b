/** Reading a file of any size in pieces: what is asked for next mostly lies in the piece that was read last. */

/** Fewer bytes than asked for only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const PIECE_BYTES = 1_048_576;
/** So far before what is asked for a piece begins: who looks back a little needs no other one. */
const BACK_BYTES = 4_096;

export class Window {
  readonly #readAt: ReadAt;
  #from = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** The piece goes to the end of the file. */
  #isLast = false;

  constructor(readAt: ReadAt) {
    this.#readAt = readAt;
  }

  /** Up to `length` bytes, at most one piece of them; fewer only at the end of the file. */
  async at(offset: number, length: number): Promise<Buffer> {
    const inside = offset - this.#from;
    if (inside < 0 || (inside + length > this.#bytes.length && !this.#isLast)) {
      const wanted = BACK_BYTES + Math.max(length, PIECE_BYTES);
      this.#from = Math.max(0, offset - BACK_BYTES);
      this.#bytes = await this.#readAt(this.#from, wanted);
      this.#isLast = this.#bytes.length < wanted;
    }
    const start = offset - this.#from;
    return this.#bytes.subarray(start, start + length);
  }

  /** What is left of the piece that holds this offset, and at least `atLeast` bytes. */
  async from(offset: number, atLeast: number): Promise<Buffer> {
    await this.at(offset, atLeast);
    return this.#bytes.subarray(offset - this.#from);
  }
}
