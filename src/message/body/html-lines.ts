/**
 * The quoted lines of a message's own HTML, each with the bytes in which it lies, so that whole lines can be left out of what
 * is passed on and every other byte stays. A line is what stands between two breaks: its text, and the tags within it. HTML
 * that is odd in any way has none.
 *
 * A quotation is a `blockquote`, as most programs write it, or what stands below the head that Outlook on the web sets above
 * the mail that is answered. Word, and so Outlook on Windows, marks none.
 */
import { splitMessage } from '../header/header-block.js';
import { decoded, type OwnPart, ownPart } from './text-lines.js';

export interface HtmlLine {
  /** With single spaces; null where its bytes are none of its charset. */
  readonly text: string | null;
  /** How deeply it is quoted; 0 for the writer's own. */
  readonly depth: number;
  /** Whether what lies in it can go without leaving half of an element behind. */
  readonly isWhole: boolean;
  /** Bytes of the message's body, with the break that ends it where that is a tag of its own. */
  readonly from: number;
  readonly to: number;
}

/**
 * The beginning of a comment, a declaration, a tag, or text. Anything else is odd. Each name is read in one way: what has
 * no end would else be read anew for each letter of it.
 */
const TOKEN =
  /<!--|<[!?][^<>]*>|<(\/?)([a-z][a-z0-9:-]*)(?![a-z0-9:-])((?:"[^"<]*"|'[^'<]*'|[^'"<>])*)>|[^<]+/giy;
const COMMENT = '<!--';
/** Here comments end for browsers, and for nobody else: right behind their beginning, and behind an exclamation mark. */
const ODD_COMMENT = /^-?>|--!>/;
/** What these hold is no text of the message. */
const RAW = /^(?:style|script|title|textarea|xmp|iframe|noscript|noembed|noframes|plaintext)$/;
const INLINE = /^(?:a|span|font|b|i|u|em|strong|small|big|code|tt|o:p)$/;
const REPLY_HEAD = /\bid\s*=\s*["']?(?:x_)*divRplyFwdMsg\b/i;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

interface Tag {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

interface Draft {
  readonly pieces: string[];
  from: number;
  to: number;
  /** Opened in it, and not closed yet. */
  readonly open: string[];
  /** Something ended in it that began before it, so no text may follow. */
  isOver: boolean;
  isWhole: boolean;
}

export function htmlLines(raw: Buffer): readonly HtmlLine[] {
  const part = ownPart(raw, 'text/html');
  if (part === null) return [];
  const source = sourceOf(part);
  return new Reader(source.text).read().map(({ text, depth, isWhole, from, to }) => ({
    text: plain(part, text),
    depth,
    isWhole,
    from: part.start + source.at(from),
    to: part.start + source.at(to),
  }));
}

interface Found {
  readonly text: string;
  readonly depth: number;
  readonly isWhole: boolean;
  readonly from: number;
  readonly to: number;
}

/** Reads HTML of which each character is a byte. */
class Reader {
  readonly #html: string;
  readonly #found: Found[] = [];
  #line: Draft | null = null;
  /** Opened since the last break, before any text. */
  #before: Tag[] = [];
  #quotes = 0;
  #isBelowHead = false;
  #preformatted = 0;

  constructor(html: string) {
    this.#html = html;
  }

  read(): readonly Found[] {
    const token = new RegExp(TOKEN);
    const lower = this.#html.toLowerCase();
    let at = 0;
    while (at < this.#html.length) {
      token.lastIndex = at;
      const match = token.exec(this.#html);
      if (match === null) return [];
      const [whole, slash = '', name = '', attributes = ''] = match;
      at += whole.length;
      if (whole === COMMENT) at = behindComment(this.#html, at);
      else if (name !== '') {
        const tag = { name: name.toLowerCase(), from: match.index, to: at };
        this.#tag(tag, slash === '/', attributes);
        if (slash === '' && RAW.test(tag.name)) at = lower.indexOf(`</${tag.name}`, at);
      } else if (!whole.startsWith('<')) this.#words(whole, match.index);
      if (at < 0) return [];
    }
    this.#break();
    return this.#found;
  }

  #words(text: string, from: number): void {
    if (this.#preformatted === 0) {
      this.#text(text, from);
      return;
    }
    let at = from;
    for (const line of text.split(/(?<=\n)/)) {
      this.#text(line, at);
      at += line.length;
      if (line.endsWith('\n')) this.#break(at);
    }
  }

  #text(text: string, from: number): void {
    const start = text.search(/\S/);
    if (start < 0) {
      this.#line?.pieces.push(' ');
      return;
    }
    const to = from + text.trimEnd().length;
    this.#line ??= { pieces: [], from: from + start, to, open: [], isOver: false, isWhole: true };
    const line = this.#line;
    line.pieces.push(text);
    line.to = to;
    if (line.isOver) line.isWhole = false;
  }

  #tag(tag: Tag, isClosing: boolean, attributes: string): void {
    const { name } = tag;
    if (INLINE.test(name)) {
      if (isClosing) this.#close(tag);
      else if (this.#line === null) this.#before.push(tag);
      else this.#line.open.push(name);
      return;
    }
    this.#break(name === 'br' ? tag.to : undefined);
    const step = isClosing ? -1 : 1;
    if (name === 'blockquote') this.#quotes = Math.max(0, this.#quotes + step);
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted + step);
    if (REPLY_HEAD.test(attributes)) this.#isBelowHead = true;
  }

  /** An element that holds all of the line so far belongs to it. */
  #close({ name, to }: Tag): void {
    const line = this.#line;
    if (line === null) {
      this.#before.pop();
      return;
    }
    const outer = line.open.length === 0 && !line.isOver ? this.#before.pop() : undefined;
    if (outer?.name === name) line.from = outer.from;
    else if (line.open.at(-1) === name) line.open.pop();
    else {
      line.isOver = true;
      return;
    }
    line.to = to;
  }

  #break(end?: number): void {
    const line = this.#line;
    this.#line = null;
    this.#before = [];
    if (line === null) return;
    const { pieces, from, to, open, isWhole, isOver } = line;
    const depth = this.#quotes + (this.#isBelowHead ? 1 : 0);
    const isClosed = open.length === 0;
    const endsHere = end !== undefined && isClosed && !isOver;
    this.#found.push({
      text: pieces.join(''),
      depth,
      isWhole: isWhole && isClosed,
      from,
      to: endsHere ? end : to,
    });
  }
}

/** Where what follows a comment begins, of which the words begin at `from`; -1 for one that has no end, or not the same for everybody. */
function behindComment(html: string, from: number): number {
  const end = html.indexOf('-->', from);
  return end < 0 || ODD_COMMENT.test(html.slice(from, end + 3)) ? -1 : end + 3;
}

/** The HTML, each character a byte, and where each lies in the part. */
function sourceOf({ bytes, isQuotedPrintable }: OwnPart): { text: string; at: (index: number) => number } {
  const raw = bytes.toString('latin1');
  if (!isQuotedPrintable) return { text: raw, at: (index) => index };
  const pieces: string[] = [];
  const places: number[] = [];
  for (const match of raw.matchAll(/=([0-9A-F]{2})|=[ \t]{0,8}\r?\n|[^]/gi)) {
    const [piece, digits] = match;
    if (digits === undefined && piece.length > 1) continue;
    pieces.push(digits === undefined ? piece : String.fromCharCode(Number.parseInt(digits, 16)));
    places.push(match.index);
  }
  places.push(raw.length);
  return { text: pieces.join(''), at: (index) => places[index] ?? raw.length };
}

const NOTHING = /^(?:\s|=20|=\r?\n)*$/;

interface Piece {
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of lines that follow each other, in as few pieces as can be. The last line break of a piece stays: what stands
 * before and behind it are lines of a length that was allowed.
 */
export function piecesOf(raw: Buffer, lines: readonly HtmlLine[]): readonly Piece[] {
  const { body } = splitMessage(raw);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of lines) {
    const last = merged.at(-1);
    if (last !== undefined && NOTHING.test(body.toString('latin1', last.to, from))) last.to = to;
    else merged.push({ from, to });
  }
  return merged.flatMap(({ from, to }) => {
    const [found] = [...body.toString('latin1', from, to).matchAll(/=?[ \t]{0,8}\r?\n/g)].slice(-1);
    if (found === undefined) return [{ from, to }];
    const at = from + found.index;
    const pieces = [
      { from, to: at },
      { from: at + found[0].length, to },
    ];
    return pieces.filter((piece) => piece.to > piece.from);
  });
}

function plain({ decoder }: OwnPart, html: string): string | null {
  const text = decoded(decoder, Buffer.from(html, 'latin1'));
  if (text === null) return null;
  const words = text.replaceAll(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{1,8});/gi, (all, name: string) => {
    if (!name.startsWith('#')) return ENTITIES.get(name) ?? all;
    const code = Number(name.replace('#', '').replace(/^x/i, '0x'));
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
  return words.replaceAll(/\s+/g, ' ').trim();
}
