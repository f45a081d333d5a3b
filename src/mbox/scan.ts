/**
 * Finds the messages of an mbox file, of any size, without holding one of them: where each begins and ends. What it reads is
 * foreign, so nothing in it makes it hold more than a piece of the file, or look at a byte more than a few times.
 *
 * - A message begins with a line "From " with a date, at the beginning of the file or behind an empty line. In a file that this
 *   program has written (`exact`) the empty line may be missing, see `write.ts`.
 * - Content-Length counts if there is the next message, or the end of the file, where it says. Else it is as if it were not there:
 *   it may be of the mail's sender, or from before somebody edited the file.
 */
import { FROM, type FromLine, MAX_FROM_LINE_BYTES, readFromLine } from './from-line.js';
import type { Dialect, Evidence } from './quoting.js';
import { type ReadAt, Window } from './window.js';

export interface Place extends FromLine {
  /** Offset of its line "From ". */
  readonly offset: number;
  /** Offset of its first byte, behind that line. */
  readonly start: number;
  /** Offset behind its last byte; the line end that parts it from the next one is left out. */
  readonly end: number;
}

export interface ScanOptions {
  readonly size: number;
  /** null for whoever knows nothing of the writer. */
  readonly dialect: Dialect | null;
  /** As `write.ts` wrote it. */
  readonly exact?: boolean;
}

/** It does not begin as an mbox file does. */
export class NoMbox extends Error {
  override readonly name = 'NoMbox';
  readonly offset: number;

  constructor(offset: number) {
    super(`there is no line "From " with a date at byte ${offset}`);
    this.offset = offset;
  }
}

/** A Content-Length below more header than this is not looked for. */
const MAX_HEADER_BYTES = 65_536;
const LINE_FROM = Buffer.from('\nFrom ');
const LF = 10;
const CR = 13;

export class MboxScan {
  readonly #window: Window;
  readonly #options: ScanOptions;
  #counted = 0;
  #messages = 0;
  #bare = 0;

  constructor(readAt: ReadAt, options: ScanOptions) {
    this.#window = new Window(readAt);
    this.#options = options;
  }

  /** Whole once `places` has ended. */
  get evidence(): Evidence {
    return {
      messages: this.#messages,
      counted: this.#counted,
      bare: this.#bare,
    };
  }

  /** In the order of the file; an empty file has none. Throws NoMbox for what is none. */
  async *places(): AsyncGenerator<Place> {
    const { size } = this.#options;
    let offset = await this.#firstLine();
    while (offset < size) {
      const begun = await this.#beginning(offset);
      if (begun === null) throw new NoMbox(offset);
      const { line, start, isCrlf } = begun;
      const { end, next } = (await this.#counts(start)) ?? (await this.#search(start, isCrlf));
      this.#messages += 1;
      yield { ...line, offset, start, end: Math.max(start, end) };
      offset = next;
    }
  }

  /** Empty lines may stand before the first message. */
  async #firstLine(): Promise<number> {
    const bytes = await this.#window.at(0, 64);
    let offset = 0;
    while (bytes[offset] === LF || bytes[offset] === CR) offset += 1;
    return offset === bytes.length ? this.#options.size : offset;
  }

  async #beginning(
    offset: number,
  ): Promise<{ readonly line: FromLine; readonly start: number; readonly isCrlf: boolean } | null> {
    const bytes = await this.#window.at(offset, MAX_FROM_LINE_BYTES + 2);
    if (!bytes.subarray(0, FROM.length).equals(FROM)) return null;
    const found = bytes.indexOf(LF);
    const isEnd = found === -1 && offset + bytes.length === this.#options.size;
    if (found === -1 && !isEnd) return null;
    const length = isEnd ? bytes.length : found;
    const isCrlf = bytes[length - 1] === CR;
    const line = readFromLine(bytes.toString('latin1', 0, isCrlf ? length - 1 : length));
    return line === null ? null : { line, start: offset + length + (isEnd ? 0 : 1), isCrlf };
  }

  /** By Content-Length; null where it says nothing, or nothing true. */
  async #counts(start: number): Promise<{ readonly end: number; readonly next: number } | null> {
    const { dialect, size, exact = false } = this.#options;
    if (exact || (dialect !== null && dialect !== 'cl' && dialect !== 'cl2')) return null;
    const header = await this.#window.at(start, MAX_HEADER_BYTES);
    const head = header.subarray(0, headerLength(header)).toString('latin1');
    const told = /(?:^|\n)content-length:[ \t]*(\d{1,15})[ \t]*(?=\r?\n)/i.exec(head)?.[1];
    if (told === undefined || head.length === header.length) return null;
    const end = start + head.length + Number(told);
    if (end > size) return null;
    const next = await this.#landing(end);
    if (next === null) return null;
    this.#counted += 1;
    await this.#noteLines(start + head.length, end);
    return { end, next };
  }

  /** Where the next message begins, if one begins here or behind one line end or two, or if the file ends. */
  async #landing(at: number): Promise<number | null> {
    const { size } = this.#options;
    const bytes = await this.#window.at(at, 8);
    let skipped = 0;
    for (let lines = 0; lines < 2; lines += 1) {
      if (bytes[skipped] === CR && bytes[skipped + 1] === LF) skipped += 2;
      else if (bytes[skipped] === LF) skipped += 1;
    }
    const next = at + skipped;
    if (next >= size) return size;
    // Content-Length that ends within a line lands by chance alone.
    if (skipped === 0 && at > 0 && (await this.#window.at(at - 1, 1))[0] !== LF) return null;
    return (await this.#beginning(next)) === null ? null : next;
  }

  async #search(start: number, isCrlf: boolean): Promise<{ readonly end: number; readonly next: number }> {
    const { size, exact = false } = this.#options;
    // The line end of the line "From " begins the search: a message without a byte may be there.
    for await (const at of this.#lines(start - 1, size)) {
      const isEmpty = at < start || (await this.#isBehindEmptyLine(at));
      if ((exact || isEmpty) && (await this.#beginning(at + 1)) !== null) {
        const isPart = isCrlf && at > start && (await this.#window.at(at - 1, 1))[0] === CR;
        return { end: isPart ? at - 1 : at, next: at + 1 };
      }
      this.#bare += 1;
    }
    return { end: await this.#lastEnd(start), next: size };
  }

  /** Behind the last message there may be an empty line, or none. */
  async #lastEnd(start: number): Promise<number> {
    const { size, exact = false } = this.#options;
    const from = Math.max(start, size - 4);
    const bytes = (await this.#window.at(from, 4)).toString('latin1');
    if (exact) return bytes.endsWith('\n') ? size - 1 : size;
    if (bytes.endsWith('\r\n\r\n')) return size - 2;
    return bytes.endsWith('\n\n') || bytes === '\n' ? size - 1 : size;
  }

  async #isBehindEmptyLine(at: number): Promise<boolean> {
    const from = Math.max(0, at - 2);
    const before = (await this.#window.at(from, at - from)).toString('latin1');
    return before.endsWith('\n') || before === '\n\r';
  }

  async #noteLines(start: number, end: number): Promise<void> {
    for await (const _ of this.#lines(start, end)) this.#bare += 1;
  }

  /** Offsets of the line ends before a line "From ". */
  async *#lines(start: number, end: number): AsyncGenerator<number> {
    let at = Math.max(0, start);
    while (at < end) {
      const piece = await this.#window.from(at, LINE_FROM.length);
      const bytes = piece.subarray(0, Math.min(piece.length, end - at + FROM.length));
      let found = bytes.indexOf(LINE_FROM);
      while (found !== -1 && at + found < end) {
        yield at + found;
        found = bytes.indexOf(LINE_FROM, found + 1);
      }
      // What may begin at the end of the piece is looked at with the next one.
      if (at + bytes.length >= end || bytes.length < LINE_FROM.length) return;
      at += bytes.length - LINE_FROM.length + 1;
    }
  }
}

/** With its empty line; all that is there where that is missing. A line "From " is in no header. */
function headerLength(bytes: Buffer): number {
  const next = bytes.indexOf(LINE_FROM);
  const own = next === -1 ? bytes : bytes.subarray(0, next + 1);
  const plain = own.indexOf('\n\n');
  const end = plain === -1 ? own.length : plain + 2;
  const crlf = own.subarray(0, end).indexOf('\n\r\n');
  return crlf === -1 ? end : crlf + 3;
}
