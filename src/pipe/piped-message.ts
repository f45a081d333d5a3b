/**
 * A message as a pipe gives it, made into what SMTP carried and a mailbox stores.
 *
 * Transports unpack what they got by SMTP: CRLF becomes LF, and some put a line "From sender date" in front, as mbox
 * has it, and an empty line behind (Exim's `message_prefix` and `message_suffix`). That is undone, and nothing else is:
 * no byte between is touched.
 */

import { withCarriageReturns } from '../message/header/line-ends.js';

const CRLF = Buffer.from('\r\n');
/** Not the header field in the obsolete form "From : …" (RFC 5322 §4.5.2). */
const FROM_LINE = /^From [^\s:]/;
const FROM_LINE_BYTES = 6;

export interface PipedOptions {
  /** Who writes to the pipe ends what begins with a "From " line with an empty line of its own. */
  readonly endsWithEmptyLine: boolean;
}

export interface PipedMessage {
  /** Every line ends in CRLF, but for a last one that did not end. */
  readonly raw: Buffer;
  /** Without its end; null if there was none. */
  readonly fromLine: string | null;
}

/** A message of more bytes is not read to its end. */
export class TooLarge extends Error {}

/** Holds each byte once while it comes, and twice for a moment at the end. */
export async function readPiped(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
  options: PipedOptions,
): Promise<PipedMessage> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let before = 0;
  for await (const chunk of chunks) {
    const piece = withCarriageReturns(chunk, before);
    before = chunk.at(-1) ?? before;
    bytes += piece.length;
    if (bytes > maxBytes) throw new TooLarge();
    pieces.push(piece);
  }
  return unframed(joined(pieces), options);
}

/** The pieces are let go of one by one. */
function joined(pieces: Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces.splice(0));
}

function unframed(whole: Buffer, { endsWithEmptyLine }: PipedOptions): PipedMessage {
  if (!FROM_LINE.test(whole.toString('latin1', 0, FROM_LINE_BYTES))) return { raw: whole, fromLine: null };
  const end = whole.indexOf(CRLF);
  const fromLine = whole.toString('latin1', 0, end < 0 ? whole.length : end);
  const raw = end < 0 ? Buffer.alloc(0) : whole.subarray(end + CRLF.length);
  return { raw: endsWithEmptyLine ? withoutEmptyLine(raw) : raw, fromLine };
}

function withoutEmptyLine(raw: Buffer): Buffer {
  const endsEmpty = raw.subarray(-2 * CRLF.length).equals(Buffer.concat([CRLF, CRLF]));
  return endsEmpty ? raw.subarray(0, raw.length - CRLF.length) : raw;
}
