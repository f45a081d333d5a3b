/**
 * A message's text on its way to the server. nodemailer asks for it once DATA is answered, and tells neither whether that
 * has been nor when the dot is written; both show in the stream that it has the text piped to.
 */
import { Duplex, Readable } from 'node:stream';

const PIECE_BYTES = 64 * 1024;

export class OutgoingText extends Readable {
  readonly #raw: Buffer;
  #at = 0;
  readonly #mayBegin: () => boolean;
  readonly #written: () => void;
  /** Some of it may have gone to the server. */
  isBegun = false;
  /** What nodemailer pipes a message through: it stuffs dots, and writes the last one. */
  #stuffing: Duplex | null = null;

  /** `mayBegin` is asked at the answer to DATA: if it says no, nothing is written. `written` is called behind the dot. */
  constructor(raw: Buffer, { mayBegin, written }: { mayBegin: () => boolean; written: () => void }) {
    super();
    this.#raw = raw;
    this.#mayBegin = mayBegin;
    this.#written = written;
    // A text that is given up must not bring the process down.
    this.on('error', () => undefined);
  }

  /** The dot has gone to the socket, too, so that the server takes what follows as a command. */
  get isWritten(): boolean {
    const to = this.#stuffing;
    return to !== null && to.writableFinished && to.readableLength === 0;
  }

  override pipe<T extends NodeJS.WritableStream>(to: T, options?: { end?: boolean }): T {
    if (!this.#mayBegin()) return to;
    this.isBegun = true;
    if (to instanceof Duplex) this.#stuffing = to;
    to.once('end', this.#written);
    return super.pipe(to, options);
  }

  /** Each piece is copied once more on its way: of a large message, no more than one at a time. */
  override _read(): void {
    const piece = this.#raw.subarray(this.#at, this.#at + PIECE_BYTES);
    this.#at += piece.length;
    this.push(piece.length === 0 ? null : piece);
  }
}
