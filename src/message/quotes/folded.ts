/** A text in pieces for showing: what is quoted can be folded, and nothing is left out. */
import { isQuoted } from './quote-mark.js';
import { readQuotes, type Thread } from './quotes.js';

export interface TextPiece {
  readonly quoted: boolean;
  /** Lines parted by LF, without empty ones around; never ''. */
  readonly text: string;
}

interface Run {
  readonly quoted: boolean;
  readonly lines: string[];
}

/** A short quotation between answers is read with them. */
const MAX_UNFOLDED_LINES = 3;

/** What has a quotation mark, or is known to stand in an earlier message, is quoted. All of the text is in the pieces. */
export function foldQuotes(text: string, thread: Thread): readonly TextPiece[] {
  const lines = text.split('\n');
  const known = readQuotes(lines, thread).quoted;
  const runs: Run[] = [];
  for (const [at, line] of lines.entries()) {
    const last = runs.at(-1);
    const isBlank = line.trim() === '';
    const quoted = isBlank ? (last?.quoted ?? false) : known[at] === true || isQuoted(line);
    add(runs, { quoted, lines: [line] });
  }
  const folded: Run[] = [];
  for (const { quoted, lines: own } of runs) add(folded, { quoted: quoted && isLong(own), lines: [...own] });
  return folded
    .map((run) => ({ quoted: run.quoted, text: run.lines.join('\n').replace(/^(?:[ \t]*\n)+|\s+$/g, '') }))
    .filter((piece) => piece.text !== '');
}

function add(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.quoted === run.quoted) for (const line of run.lines) last.lines.push(line);
  else runs.push(run);
}

function isLong(lines: readonly string[]): boolean {
  return lines.filter((line) => line.trim() !== '').length > MAX_UNFOLDED_LINES;
}
