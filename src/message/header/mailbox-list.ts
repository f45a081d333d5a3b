/**
 * The tolerant reading of an address list (RFC 5322 §3.4, §4.4): one pass over the characters, never back, and
 * something for every input. It separates; what is an address is for its caller to say.
 */
import { withoutComments } from './comments.js';

/** Longer values are read only as far as this. */
export const MAX_ADDRESS_LIST_CHARACTERS = 262_144;
/** Entries without a usable address count as well, so that a field of nothing but commas ends. */
export const MAX_LIST_ENTRIES = 2_000;

export interface ListEntry {
  /** Display name or comment, quotes taken off, encoded words as they are. */
  readonly name: string;
  /** What stands in angle brackets, else the one word with an at sign; may be anything. */
  readonly address: string;
}

interface Entry {
  phrase: string;
  /** The phrase with a quotation mark for each quoted string: what is in quotes is never the address. */
  bare: string;
  comment: string;
  angle: string | null;
}

interface Scan extends Entry {
  readonly text: string;
  at: number;
}

const NOTHING: Readonly<Entry> = { phrase: '', bare: '', comment: '', angle: null };

/** The entries of a list, in order, at most `MAX_LIST_ENTRIES`. Never throws. */
export function splitMailboxes(value: string): ListEntry[] {
  const scan: Scan = { text: value.slice(0, MAX_ADDRESS_LIST_CHARACTERS), at: 0, ...NOTHING };
  const entries: ListEntry[] = [];
  while (scan.at < scan.text.length && entries.length < MAX_LIST_ENTRIES) {
    if (step(scan)) finishEntry(scan, entries);
  }
  finishEntry(scan, entries);
  return entries.slice(0, MAX_LIST_ENTRIES);
}

/** Reads one piece; true at the end of an entry. */
function step(scan: Scan): boolean {
  const character = scan.text.charAt(scan.at);
  switch (character) {
    case ',':
    case ';':
      scan.at += 1;
      return true;
    case ':':
      // The name of a group ends here; its members follow.
      scan.at += 1;
      scan.phrase = '';
      scan.bare = '';
      return false;
    case '"':
      scan.phrase += readDelimited(scan, '"');
      scan.bare += '"';
      return false;
    case '(':
      scan.comment += ` ${readComment(scan)}`;
      return false;
    case '<':
      readAngle(scan);
      return false;
    default:
      readRun(scan);
      return false;
  }
}

/** Of several in one entry the first counts. Comments may stand in it, and white space around its parts. */
function readAngle(scan: Scan): void {
  const content = joined(withoutComments(readDelimited(scan, '>')));
  scan.angle ??= content;
}

/** RFC 5322 §3.2.3: what stands around the two halves of an addr-spec is no part of it. */
function joined(address: string): string {
  const [local = '', domain, more] = address.split('@');
  if (domain === undefined || more !== undefined) return address.trim();
  return `${local.replace(/[ \t]+$/, '')}@${domain.replace(/^[ \t]+/, '')}`.trim();
}

function readRun(scan: Scan): void {
  const special = /[,;:"(<]/g;
  special.lastIndex = scan.at + 1;
  const end = special.exec(scan.text)?.index ?? scan.text.length;
  const run = scan.text.slice(scan.at, end);
  scan.at = end;
  scan.phrase += run;
  scan.bare += run;
}

/** From an opening mark to `close` or the end; a backslash takes the character after it as it is. */
function readDelimited(scan: Scan, close: string): string {
  let content = '';
  scan.at += 1;
  while (scan.at < scan.text.length) {
    const character = scan.text.charAt(scan.at);
    scan.at += 1;
    if (character === close) break;
    if (character === '\\') {
      content += scan.text.charAt(scan.at);
      scan.at += 1;
    } else {
      content += character;
    }
  }
  return content;
}

function readComment(scan: Scan): string {
  let content = '';
  let depth = 0;
  while (scan.at < scan.text.length) {
    const character = scan.text.charAt(scan.at);
    scan.at += 1;
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '\\') scan.at += 1;
    else content += character;
    if (depth === 0) break;
  }
  return content;
}

function finishEntry(scan: Scan, entries: ListEntry[]): void {
  const phrase = scan.phrase.trim();
  const comment = scan.comment.trim();
  if (scan.angle !== null) {
    entries.push({ name: phrase === '' ? comment : phrase, address: scan.angle });
  } else if (phrase !== '') {
    const address = scan.bare.split(/\s+/).find((word) => word.includes('@')) ?? '';
    const name = phrase
      .replace(address, () => '')
      .replace(/\s+/g, ' ')
      .trim();
    entries.push({ name: name === '' ? comment : name, address });
  }
  Object.assign(scan, NOTHING);
}
