/**
 * The words of a message for a notice: what its sender wrote, within limits, and how much of it is left out.
 *
 * A quotation at the end goes. Above own words it stays, since those may answer it, but of a long one only what is next
 * to them. Where nothing else would be left, all of it is shown. What is quoted from anywhere else stays as far as own words
 * below it have room.
 */

import { MAX_TEXT_CHARACTERS } from '../body/decode-part.js';
import { cleanLines, cutText } from '../header/encoded-words.js';
import { isQuoted } from './quote-mark.js';
import { readQuotes, type Thread } from './quotes.js';

/** No more of a text is shown. */
export interface WordLimits {
  readonly maxChars: number;
  readonly maxLines: number;
}

export interface LeftOut {
  /** Lines that are not shown to their end; empty ones do not count. */
  readonly lines: number;
  /** How many of them are quoted. */
  readonly quoted: number;
}

export interface ShownWords {
  readonly text: string;
  readonly left: LeftOut | null;
}

/** A quotation above own words is shown whole up to this many lines; */
const MAX_WHOLE_QUOTATION_LINES = 8;
/** of a longer one only this many of its last lines are. */
const MAX_CONTEXT_LINES = 4;
const FOLDED = '[…]';

interface Line {
  readonly text: string;
  readonly quoted: boolean;
}

/** A text of which it is told what is quoted. */
export interface ReadText {
  readonly lines: readonly Line[];
  /** The texts of earlier messages would tell more of what is quoted. */
  readonly unsure: boolean;
}

export function readText(text: string, thread: Thread): ReadText {
  const lines = cleanLines(text.slice(0, MAX_TEXT_CHARACTERS)).trim().split('\n');
  const { quoted, unsure } = readQuotes(lines, thread);
  return { lines: lines.map((line, at) => ({ text: line, quoted: quoted[at] === true })), unsure };
}

export function shownWords({ lines: all }: ReadText, limits: WordLimits): ShownWords {
  const own = all.some((line) => line.text !== '' && !line.quoted) ? folded(withoutEnd(all)) : all;
  const { shown, text: words } = within(fitting(withoutGaps(own), limits), limits);
  return { text: words, left: leftOf(all, shown) };
}

/**
 * Where not all lines have room, those that somebody wrote below what is marked as quoted come before the middle of it,
 * if they have room at all: of a long quotation the beginning and the last lines stay.
 */
function fitting(lines: readonly Line[], limits: WordLimits): readonly Line[] {
  const last = lines.findLastIndex(({ text }) => text !== '' && !isQuoted(text));
  const end = lines.findLastIndex(({ text }, at) => at < last && isQuoted(text)) + 1;
  const begin = lines.findLastIndex(({ text }, at) => at < end && text !== '' && !isQuoted(text)) + 1;
  const fold: Line = { text: FOLDED, quoted: false };
  const tail = [fold, ...lines.slice(Math.max(end - MAX_CONTEXT_LINES, begin))];
  const room = { maxLines: limits.maxLines - tail.length, maxChars: limits.maxChars - lengthOf(tail) };
  const head = lines.slice(0, linesWithin(lines, room));
  const isHelp = linesWithin(lines, limits) < lines.length && head.length > begin;
  return isHelp && head.length + tail.length <= lines.length ? [...head, ...tail] : lines;
}

/** How many of the first lines have room. */
function linesWithin(lines: readonly Line[], { maxChars, maxLines }: WordLimits): number {
  let room = maxChars;
  const beyond = lines.findIndex(({ text }, at) => {
    room -= text.length + 1;
    return at >= maxLines || room < 0;
  });
  return beyond < 0 ? lines.length : beyond;
}

function lengthOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { text }) => sum + text.length + 1, 0);
}

function withoutEnd(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLastIndex((line) => line.text !== '' && !line.quoted);
  return lines.slice(0, last + 1);
}

/** Of each long quotation only what stands next to the words below it. */
function folded(lines: readonly Line[]): readonly Line[] {
  const kept: Line[] = [];
  let run: Line[] = [];
  for (const line of lines) {
    if (line.quoted || (line.text === '' && run.length > 0)) run.push(line);
    else {
      kept.push(...foldedRun(run), line);
      run = [];
    }
  }
  return kept;
}

function foldedRun(run: readonly Line[]): readonly Line[] {
  if (run.filter(({ quoted }) => quoted).length <= MAX_WHOLE_QUOTATION_LINES) return run;
  let from = run.length;
  for (let count = 0; count < MAX_CONTEXT_LINES; from -= 1) if (run[from - 1]?.quoted === true) count += 1;
  return [{ text: FOLDED, quoted: false }, ...run.slice(from)];
}

/** Several empty lines are made one. */
function withoutGaps(lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ text }, at) => text !== '' || lines[at - 1]?.text !== '');
}

function within(
  lines: readonly Line[],
  { maxChars, maxLines }: WordLimits,
): { readonly shown: ReadonlySet<Line>; readonly text: string } {
  const shown = new Set<Line>();
  const words: string[] = [];
  let room = maxChars;
  for (const line of lines.slice(0, Math.max(maxLines, 0))) {
    const part = cutText(line.text, Math.max(room, 0));
    words.push(part);
    if (part !== line.text) break;
    shown.add(line);
    room -= line.text.length + 1;
  }
  return { shown, text: words.join('\n').trim() };
}

function leftOf(all: readonly Line[], shown: ReadonlySet<Line>): LeftOut | null {
  const left = all.filter((line) => line.text !== '' && !shown.has(line));
  if (left.length === 0) return null;
  return { lines: left.length, quoted: left.filter(({ text, quoted }) => quoted || isQuoted(text)).length };
}
