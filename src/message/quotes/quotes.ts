/**
 * Which lines of a text are quoted from mail that the ticket has already, and which are its sender's own words.
 *
 * Lines with a quotation mark are such a quotation where what introduces them names somebody whom the ticket knows, or
 * where an earlier message holds them. Below a header block without marks (Outlook) answers may stand between the old
 * lines, and nothing but the earlier message tells them apart: without it, all of it counts as own words. A message
 * that opens its ticket quotes nothing that anybody has seen.
 */
import { isBanner } from '../body/banner.js';
import { earlierText } from './earlier-text.js';
import { introductionAbove } from './introduction.js';
import { type KnownPeople, knownPeople } from './known-people.js';
import { isQuoted } from './quote-mark.js';
import { quotedHeaderAt } from './quoted-header.js';

/** What is known of the mail that a message may quote. */
export interface Thread {
  /** The message opens its ticket: what it holds of other mail is the matter itself. */
  readonly first: boolean;
  /** Addresses and names of those whose mail the ticket holds, in any case: by an introduction it is known. */
  readonly known: readonly string[];
  /** The texts of earlier messages; null where they have not been read. */
  readonly earlier: readonly string[] | null;
}

export interface Quotes {
  /** For each line whether it is quoted from a known message; never true for an empty one. */
  readonly quoted: readonly boolean[];
  /** The texts of earlier messages would tell more. */
  readonly unsure: boolean;
}

type Mark = 'own' | 'quoted' | 'empty' | 'bare' | 'frame' | 'known frame';

/** An introduction and what it introduces are parted by at most one empty line. */
const MAX_GAP_LINES = 1;
/** Lines of a rule or of dots say nothing. */
const BARE = /^[\s\-_=*#.|~•·—]*$/u;

export function readQuotes(lines: readonly string[], thread: Thread): Quotes {
  if (thread.first) return { quoted: lines.map(() => false), unsure: false };
  const reading = new QuoteReading(lines, knownPeople(thread.known), thread.earlier);
  return reading.read();
}

class QuoteReading {
  readonly #lines: readonly string[];
  readonly #people: KnownPeople;
  readonly #marks: Mark[];
  readonly #compares: boolean;
  readonly #earlier;
  /** What was last introduced is from somebody known. */
  #introduced = false;
  /** A header block or an introduction stands above, and no line below it has a quotation mark. */
  #below = false;
  #unsure = false;

  constructor(lines: readonly string[], people: KnownPeople, earlier: readonly string[] | null) {
    this.#lines = lines;
    this.#people = people;
    this.#marks = lines.map((line) => (line.trim() === '' ? 'empty' : 'own'));
    this.#compares = earlier !== null;
    this.#earlier = earlierText(earlier ?? []);
  }

  read(): Quotes {
    let at = 0;
    while (at < this.#lines.length) {
      const line = this.#lines[at] ?? '';
      if (isQuoted(line)) at = this.#readMarked(at);
      else at = this.#readHeader(at) ?? this.#readPlain(at, line);
    }
    return { quoted: this.#resolved(), unsure: this.#unsure && !this.#compares };
  }

  /** A run of lines with quotation marks. */
  #readMarked(from: number): number {
    let end = from;
    while (end < this.#lines.length && isQuoted(this.#lines[end] ?? '')) end += 1;
    let top = from;
    while (top > from - MAX_GAP_LINES && this.#marks[top - 1] === 'empty') top -= 1;
    const above = introductionAbove(this.#lines, top, this.#people);
    if (above !== null) {
      this.#introduced = above.known;
      this.#frame(above.from, top, above.known);
    }
    const known = this.#introduced || this.#isEarlier(from, end);
    for (let at = from; at < end; at += 1) if (known) this.#marks[at] = 'quoted';
    return end;
  }

  #isEarlier(from: number, end: number): boolean {
    this.#unsure = true;
    if (!this.#compares) return false;
    this.#earlier.startOver();
    let held = 0;
    let lacking = 0;
    for (let at = from; at < end; at += 1) {
      const line = (this.#lines[at] ?? '').replace(/^[\s>]+/, '');
      if (BARE.test(line)) continue;
      if (this.#earlier.holds(line)) held += 1;
      else lacking += 1;
    }
    return held > lacking;
  }

  #readHeader(at: number): number | null {
    const header = quotedHeaderAt(this.#lines, at, this.#people);
    if (header === null) return null;
    this.#below = true;
    this.#introduced = header.known;
    this.#earlier.startOver();
    this.#frame(at, header.end, header.known);
    return header.end;
  }

  #readPlain(at: number, line: string): number {
    if (this.#marks[at] === 'empty') return at + 1;
    const above = introductionAbove(this.#lines, at + 1, this.#people);
    if (above?.known === true && above.dated && !isQuoted(this.#nextLine(at + 1))) {
      this.#frame(above.from, at + 1, true);
      this.#below = true;
      this.#earlier.startOver();
    } else if (this.#below) this.#compare(at, line);
    return at + 1;
  }

  #compare(at: number, line: string): void {
    const before = this.#marks[at - 1] === 'empty' ? this.#marks[at - 2] : this.#marks[at - 1];
    if (before?.endsWith('frame') === true && isBanner(line)) this.#marks[at] = 'frame';
    else if (BARE.test(line)) this.#marks[at] = 'bare';
    else if (!this.#compares) this.#unsure = true;
    else if (this.#earlier.holds(line)) this.#marks[at] = 'quoted';
  }

  #nextLine(from: number): string {
    return this.#lines.slice(from, from + 1 + MAX_GAP_LINES).find((line) => line.trim() !== '') ?? '';
  }

  #frame(from: number, end: number, known: boolean): void {
    for (let at = from; at < end; at += 1)
      if (this.#marks[at] !== 'empty') this.#marks[at] = known ? 'known frame' : 'frame';
  }

  /** What frames a quotation goes with it; what frames nothing goes if it names somebody known. */
  #resolved(): readonly boolean[] {
    const quoted = this.#marks.map((mark) => mark === 'quoted');
    const last = this.#marks.findLast((mark) => mark === 'own' || mark === 'quoted');
    let below: boolean | null = null;
    for (let at = this.#marks.length - 1; at >= 0; at -= 1) {
      const mark = this.#marks[at];
      if (mark === 'own' || mark === 'quoted') below = mark === 'quoted';
      else if (mark === 'bare') quoted[at] = below ?? last === 'quoted';
      else if (mark !== 'empty') quoted[at] = below ?? mark === 'known frame';
    }
    return quoted;
  }
}
