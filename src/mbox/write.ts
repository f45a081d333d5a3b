/** A message as it stands in an mboxrd file. */
import { fromLine } from './from-line.js';
import { quoted } from './quoting.js';

export interface MboxMessage {
  /** Who sent it, for the first line; null for nobody. */
  readonly sender: string | null;
  readonly receivedAt: Date;
  readonly raw: Buffer;
}

/**
 * The line "From ", the message with its lines quoted, and one LF. That LF makes the empty line before the next message; behind a
 * message without a final line end it ends its last line, and there is no empty line. So a reader that takes exactly one away
 * has every message as it was, bare CRs and missing line ends too.
 */
export function mboxPieces({ sender, receivedAt, raw }: MboxMessage): readonly Buffer[] {
  return [Buffer.from(fromLine(sender, receivedAt), 'latin1'), quoted(raw), Buffer.from('\n')];
}
